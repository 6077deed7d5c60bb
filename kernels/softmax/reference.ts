/**
 * Softmax of scores in plain TypeScript.
 *
 * @module
 */
import type { BindingArrays, Structural, Uniforms } from "../kernel.ts";

/** Where a search for the largest starts: the least float32, since WGSL cannot write an infinity. */
const LEAST = -3.4028234663852886e38;

export function forward(
  { scores, lengths, probabilities }: BindingArrays,
  { heads, queries, keys, pitch, scale }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    const length = Math.min(lengths[Math.floor(row / (heads * queries))], keys);
    let largest = LEAST;
    for (let j = 0; j < length; j++) largest = Math.max(largest, scale * scores[start + j]);
    let sum = 0;
    for (let j = 0; j < length; j++) sum += Math.exp(scale * scores[start + j] - largest);
    for (let j = 0; j < pitch; j++) {
      probabilities[start + j] = j < length
        ? Math.exp(scale * scores[start + j] - largest) / sum
        : 0;
    }
  }
}

export function backward(
  { probabilities, d, dscores }: BindingArrays,
  { keys, pitch, scale }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    let dot = 0;
    for (let j = 0; j < keys; j++) dot += d[start + j] * probabilities[start + j];
    for (let j = 0; j < pitch; j++) {
      dscores[start + j] = j < keys ? scale * probabilities[start + j] * (d[start + j] - dot) : 0;
    }
  }
}
