/**
 * The feed-forward sub-layer of a transformer block (Vaswani et al., arXiv 1706.03762, §3.3).
 *
 * @module
 */
import { elementwiseActivationBackwardInPlace } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import { inRanges, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import {
  accumulateLayerGradients,
  type Activation,
  denseBackward,
  denseForward,
  type DenseLayer,
  gradientOperand,
  inputGradient,
} from "./dense.ts";

/**
 * `y = activation(x·W₁ᵀ + b₁)·W₂ᵀ + b₂`. Its largest tensors are the pre-activation and the activation. Only the pre-activation is kept; the backward pass recomputes
 * the activation for the gradient of W₂.
 *
 * @param x `[…, hidden]`
 * @param inner W₁ `[intermediate, hidden]` and b₁
 * @param outer W₂ `[hidden, intermediate]` and b₂
 * @returns `[…, hidden]`
 */
export function feedForward(
  scope: Scope,
  x: Tensor,
  inner: DenseLayer,
  outer: DenseLayer,
  activation: Activation,
): Tensor {
  const { tape } = scope;
  const { value, preactivation } = denseForward(scope, x, inner, activation);
  const { value: y } = denseForward(scope, value, outer, "none");
  tape?.record(y, (dy) => {
    const gradient = gradientOperand(scope, dy);
    const dvalue = temporaryTensor(scope.device, preactivation.shape, "activation gradient");
    inputGradient(scope, gradient, dvalue.view, matrixShape(dy).rows, outer.weight, false);
    const { activated, dz } = activationBackwardInPlace(scope, preactivation, dvalue, activation);
    accumulateLayerGradients(scope, gradient, activated, outer);
    denseBackward(scope, tape, x, inner, dz);
  });
  return y;
}

/** Replaces a pre-activation by the activation, and the activation's gradient by that of the pre-activation, in place. */
function activationBackwardInPlace(
  { device }: Scope,
  preactivation: Tensor,
  dvalue: Tensor,
  activation: Activation,
): { activated: Tensor; dz: Tensor } {
  inRanges(
    device,
    [preactivation.view, dvalue.view],
    ([x, dy], count) =>
      device.run(elementwiseActivationBackwardInPlace, {
        bindings: { x, dy },
        uniforms: { count },
        structural: { activation },
      }),
  );
  return { activated: preactivation, dz: dvalue };
}
