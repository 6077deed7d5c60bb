/**
 * The loss of a yes-or-no question.
 *
 * @module
 */
import { lossBinaryCrossEntropy, reduceSum } from "../../../kernels/mod.ts";
import { whole } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import { elements, temporaryTensor, type Tensor } from "../tensor.ts";
import type { LossTarget } from "./loss.ts";

/**
 * Cross-entropy of `sigmoid(logit)` with a probability, summed over the logits.
 *
 * @param logits `[rows]` or `[rows, 1]`
 * @param targets 0 … 1 for each, on the host
 */
export function binaryCrossEntropy(
  scope: Scope,
  logits: Tensor,
  targets: Float32Array,
  { metrics, lossSlot, scale }: LossTarget,
): void {
  const { device, tape } = scope;
  const count = elements(logits.shape);
  const expected = device.temporary(count, "f32", "binary targets");
  device.write(whole(expected), targets);
  const loss = temporaryTensor(device, [count], "binary cross-entropies");
  const gradient = temporaryTensor(device, logits.shape, "binary logit gradient");
  device.run(lossBinaryCrossEntropy, {
    bindings: { x: logits.view, targets: whole(expected), loss: loss.view, dx: gradient.view },
    uniforms: { count, scale },
  });
  device.run(reduceSum, {
    bindings: { x: loss.view, out: metrics },
    uniforms: { count, slot: lossSlot, scale },
    structural: { accumulate: true },
  });
  tape?.accumulate(logits, gradient);
}
