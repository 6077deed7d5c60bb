/**
 * Logits that must not win.
 *
 * @module
 */
import { elementwiseAdd } from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, temporaryTensor, type Tensor } from "../tensor.ts";

/** What masked logits get added (google-research/albert `squad_utils.py`); no logit is left of the sum in float32. */
const MASKED = -1e30;

/**
 * Adds −1e30 where `allowed` is 0, so that a softmax gives exactly 0 there and no gradient comes back.
 *
 * @param x logits
 * @param allowed 1 or 0 for each of them, on the host
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
