/**
 * Operations on single elements: dropout, and the masking of logits.
 *
 * @module
 */
import { elementwiseAdd, elementwiseDropout } from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/**
 * Sets elements to zero with the given probability and multiplies the others by `1/(1 − probability)`. Returns `x` itself if the scope has no `dropout`.
 *
 * @param x `[…, columns]`
 * @param rowsPerExample number of consecutive rows that belong to one example
 */
export function dropout(
  scope: Scope,
  x: Tensor,
  probability: number,
  rowsPerExample: number,
): Tensor {
  const { device, tape } = scope;
  if (probability === 0 || scope.dropout === undefined) return x;
  const uniforms = { ...matrixShape(x), ...scope.dropout.next(probability, rowsPerExample) };
  const apply = (input: Tensor, label: string): Tensor => {
    const output = temporaryTensor(device, x.shape, label);
    device.run(elementwiseDropout, { bindings: { x: input.view, y: output.view }, uniforms });
    return output;
  };
  const y = apply(x, "dropout");
  tape?.record(y, (dy) => tape.accumulate(x, apply(dy, "dropout gradient")));
  return y;
}

/** Added to masked logits (google-research/albert `squad_utils.py`). The float32 sum does not depend on the logit. */
const MASKED = -1e30;

/**
 * Adds −1e30 to logits that are not allowed, so that a softmax gives exactly 0 there and no gradient flows back.
 *
 * @param x logits of any shape
 * @param allowed 1 or 0 for each logit, in host memory
 */
export function maskLogits(scope: Scope, x: Tensor, allowed: Uint8Array): Tensor {
  const { device, tape } = scope;
  const count = elements(x.shape);
  const mask = device.temporary(count, "f32", "logit mask");
  device.write(whole(mask), Float32Array.from(allowed, (allows) => allows === 0 ? MASKED : 0));
  const y = temporaryTensor(device, x.shape, "masked logits");
  device.run(elementwiseAdd, {
    bindings: { a: x.view, b: whole(mask), out: y.view },
    uniforms: { count },
  });
  tape?.record(y, (dy) => tape.accumulate(x, dy));
  return y;
}
