/**
 * Losses of scalar predictions in plain TypeScript.
 *
 * @module
 */
import type { BindingArrays, Structural, Uniforms } from "../kernel.ts";

export function meanSquaredError(
  { x, targets, loss, dx }: BindingArrays,
  { scale }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    const difference = x[i] - targets[i];
    loss[i] = difference * difference;
    dx[i] = 2 * scale * difference;
  }
}

export function binaryCrossEntropy(
  { x, targets, loss, dx }: BindingArrays,
  { scale }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    const decay = Math.exp(-Math.abs(x[i]));
    const sigmoid = (x[i] < 0 ? decay : 1) / (1 + decay);
    loss[i] = Math.max(x[i], 0) - x[i] * targets[i] + Math.log1p(decay);
    dx[i] = scale * (sigmoid - targets[i]);
  }
}
