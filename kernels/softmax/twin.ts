/**
 * Softmax of attention scores in plain TypeScript.
 *
 * @module
 */
import type { BindingArrays, Structural, Uniforms } from "../kernel.ts";
import { DropoutMask } from "../philox/philox.ts";

/** Where a search for the largest starts: the least float32, since WGSL cannot write an infinity. */
const LEAST = -3.4028234663852886e38;

export function forward(
  { scores, lengths, probabilities, dropped }: BindingArrays,
  uniforms: Uniforms,
  { dropout }: Structural,
  begin: number,
  end: number,
): void {
  const { heads, queries, keys, pitch, scale } = uniforms;
  const mask = new DropoutMask(uniforms, keys);
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    const length = Math.min(lengths[Math.floor(row / (heads * queries))], keys);
    let largest = LEAST;
    for (let j = 0; j < length; j++) largest = Math.max(largest, scale * scores[start + j]);
    let sum = 0;
    for (let j = 0; j < length; j++) sum += Math.exp(scale * scores[start + j] - largest);
    for (let j = 0; j < pitch; j++) {
      const p = j < length ? Math.exp(scale * scores[start + j] - largest) / sum : 0;
      probabilities[start + j] = p;
      if (dropout) dropped[start + j] = j < keys ? mask.apply(p, row, j) : 0;
    }
  }
}

export function backward(
  { probabilities, d, dscores }: BindingArrays,
  uniforms: Uniforms,
  { dropout }: Structural,
  begin: number,
  end: number,
): void {
  const { keys, pitch, scale } = uniforms;
  const mask = new DropoutMask(uniforms, keys);
  const masked = new Float64Array(keys);
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    let dot = 0;
    for (let j = 0; j < keys; j++) {
      masked[j] = dropout ? mask.apply(d[start + j], row, j) : d[start + j];
      dot += masked[j] * probabilities[start + j];
    }
    for (let j = 0; j < pitch; j++) {
      dscores[start + j] = j < keys ? scale * probabilities[start + j] * (masked[j] - dot) : 0;
    }
  }
}
