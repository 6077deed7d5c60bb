/**
 * Attention pooling.
 *
 * @module
 */
import { poolingBackward, poolingForward, type Uniforms } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/**
 * Returns `Σ_t softmax(logits)[b, t] · x[b, t]`: the mean of each example's rows, weighted by the softmax of their logits.
 *
 * @param logits `[batch, sequence]`
 * @param x `[batch·sequence, columns]`
 * @returns `[batch, columns]`
 */
export function attentionPooling(scope: Scope, logits: Tensor, x: Tensor): Tensor {
  const { device, tape } = scope;
  const { rows: batch, columns: sequence } = matrixShape(logits);
  const { columns } = matrixShape(x);
  const uniforms: Uniforms = { batch, sequence, columns };
  const weights = temporaryTensor(device, logits.shape, "pooling weights");
  const pooled = temporaryTensor(device, [batch, columns], "attention pooling");
  device.run(poolingForward, {
    bindings: { logits: logits.view, x: x.view, weights: weights.view, pooled: pooled.view },
    uniforms,
  });
  tape?.record(pooled, (gradient) => {
    const dLogits = temporaryTensor(device, logits.shape, "pooling logit gradient");
    const dx = temporaryTensor(device, x.shape, "pooling gradient");
    device.run(poolingBackward, {
      bindings: {
        weights: weights.view,
        x: x.view,
        dpooled: gradient.view,
        dlogits: dLogits.view,
        dx: dx.view,
      },
      uniforms,
    });
    tape.accumulate(logits, dLogits);
    tape.accumulate(x, dx);
  });
  return pooled;
}
