/**
 * Gradient checkpointing (Chen, Xu, Zhang, Guestrin 2016): a part of the forward pass keeps nothing but its input and output, and is done again when the
 * backward pass comes to it.
 *
 * @module
 */
import type { Scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

/** Operations from one tensor to another. */
export type Segment = (scope: Scope, x: Tensor) => Tensor;

/**
 * Does `segment`, and does it again in backward if `wanted`. Dropout draws the same masks both times, and gradients add up in the same order as without:
 * not a bit changes.
 */
export function recomputed(scope: Scope, wanted: boolean, x: Tensor, segment: Segment): Tensor {
  const { tape } = scope;
  if (!wanted || tape === undefined) return segment(scope, x);
  const dropout = scope.dropout?.copy();
  const output = segment({ ...scope, tape: undefined }, x);
  tape.record(output, (gradient) => {
    const again = segment({ ...scope, dropout: dropout?.copy() }, x);
    tape.accumulate(again, gradient);
  });
  return output;
}
