/**
 * The feed-forward sub-layer of a transformer block (Vaswani et al., arXiv 1706.03762, §3.3).
 *
 * @module
 */
import { elementwiseActivationBackwardInPlace } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import type { Operand } from "./matmul.ts";
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
    const dz = temporaryTensor(scope.device, preactivation.shape, "pre-activation gradient");
    // The pre-activations become the activations.
    const activated = preactivation;
    activationGradient(scope, gradient, outer.weight, preactivation, dz, activation);
    accumulateLayerGradients(scope, gradient, activated, outer);
    denseBackward(scope, tape, x, inner, dz);
  });
  return y;
}

/** Computes `dz = (dy·W)·activation'(z)`, and replaces the pre-activation `z` by the activation. */
function activationGradient(
  scope: Scope,
  dy: Operand,
  weight: Tensor,
  z: Tensor,
  dz: Tensor,
  activation: Activation,
): void {
  const { device } = scope;
  const { rows } = matrixShape(z);
  // The sums of a weight that exceeds a binding are divided, and only whole sums can be multiplied by the derivative.
  if (4 * weight.view.length <= device.limits.maxBindingBytes) {
    return inputGradient(scope, dy, dz.view, rows, weight, {
      activation: `${activation}_backward`,
      preactivation: z.view,
    });
  }
  inputGradient(scope, dy, dz.view, rows, weight);
  inRanges(
    device,
    [z.view, dz.view],
    ([x, dy], count) =>
      device.run(elementwiseActivationBackwardInPlace, {
        bindings: { x, dy },
        uniforms: { count },
        structural: { activation },
      }),
  );
}
