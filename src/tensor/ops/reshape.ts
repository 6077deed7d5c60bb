/**
 * Another shape, in a way that gradients go back.
 *
 * @module
 */
import type { Scope } from "../scope.ts";
import { reshape, type Tensor } from "../tensor.ts";

/**
 * The same numbers under another shape; unlike `reshape`, the gradient finds its way back.
 *
 * @throws {RangeError} when the numbers of elements differ.
 */
export function reshapeRecorded({ tape }: Scope, x: Tensor, shape: readonly number[]): Tensor {
  const y = reshape({ view: x.view, shape: x.shape }, shape);
  tape?.record(y, (dy) => tape.accumulate(x, reshape(dy, x.shape)));
  return y;
}
