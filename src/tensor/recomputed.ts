/**
 * Gradient checkpointing (Chen, Xu, Zhang and Guestrin, arXiv 1604.06174): a segment of the forward pass stores only its input and output, and is recomputed in the
 * backward pass.
 *
 * @module
 */
import type { Scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

/** A sequence of operations from one tensor to another. */
export type Segment = (scope: Scope, x: Tensor) => Tensor;

/**
 * Computes `segment`, and recomputes it in the backward pass if `enabled`. Dropout uses the same masks both times and gradients are added in the same order, so
 * results are bit-identical.
 */
export function recomputed(scope: Scope, enabled: boolean, x: Tensor, segment: Segment): Tensor {
  const { tape } = scope;
  if (!enabled || tape === undefined) return segment(scope, x);
  const dropout = scope.dropout?.copy();
  const output = segment({ ...scope, tape: undefined }, x);
  tape.record(output, (gradient) => {
    const again = segment({ ...scope, dropout: dropout?.copy() }, x);
    tape.accumulate(again, gradient);
  });
  return output;
}
