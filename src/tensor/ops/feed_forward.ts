/**
 * The feed-forward network of a transformer's block (Vaswani et al. 2017, §3.3).
 *
 * @module
 */
import { elementwiseActivationBackwardInPlace } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import type { Tensor } from "../tensor.ts";
import type { Activation } from "./activation.ts";
import { accumulateColumnSum } from "./column_sum.ts";
import {
  accumulateWeightGradient,
  denseBackward,
  denseForward,
  type DenseLayer,
  gradientOperand,
  inputGradient,
} from "./dense.ts";
import { inRanges } from "./ranges.ts";

/**
 * `y = act(x·W₁ᵀ + b₁)·W₂ᵀ + b₂`. Its largest tensors are the activation's argument and value. Of these only the argument is kept for backward, which computes the
 * value again on its way, for the gradient of W₂.
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
  const { value, argument } = denseForward(scope, x, inner, activation);
  const { value: y } = denseForward(scope, value, outer, "none");
  tape?.record(y, (dy) => {
    accumulateColumnSum(scope, dy, outer.bias);
    const gradient = gradientOperand(scope, dy);
    const dvalue = inputGradient(scope, gradient, argument.shape, outer.weight);
    const again = backThroughActivation(scope, argument, dvalue, activation);
    accumulateWeightGradient(scope, gradient, again.value, outer.weight);
    tape.accumulate(x, denseBackward(scope, x, inner, again.dargument));
  });
  return y;
}

/** Turns an activation's argument into its value, and the value's gradient into the argument's. Nobody needs what was there: it is done in place. */
function backThroughActivation(
  { device }: Scope,
  argument: Tensor,
  dvalue: Tensor,
  activation: Activation,
): { value: Tensor; dargument: Tensor } {
  inRanges(
    device,
    [argument.view, dvalue.view],
    ([x, dy], count) =>
      device.run(elementwiseActivationBackwardInPlace, {
        bindings: { x, dy },
        uniforms: { count },
        structural: { activation },
      }),
  );
  return { value: argument, dargument: dvalue };
}
