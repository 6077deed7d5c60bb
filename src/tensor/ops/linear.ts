/**
 * Dense layers.
 *
 * @module
 */
import { elementwiseActivationBackward } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import { temporaryTensor, type Tensor } from "../tensor.ts";
import type { Activation } from "./activation.ts";
import { denseBackward, denseForward } from "./dense.ts";
import { inRanges } from "./ranges.ts";

/**
 * `y = act(x·Wᵀ + b)`.
 *
 * @param x `[…, in]`
 * @param weight `[out, in]`, as PyTorch's `Linear`
 * @param bias `[out]`
 * @returns `[…, out]`
 */
export function linear(
  scope: Scope,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  activation: Activation | "none" = "none",
): Tensor {
  const { tape } = scope;
  const layer = { weight, bias };
  const { value, argument } = denseForward(scope, x, layer, activation);
  tape?.record(value, (dy) => {
    const dz = activation === "none" ? dy : argumentGradient(scope, argument, dy, activation);
    tape.accumulate(x, denseBackward(scope, x, layer, dz));
  });
  return value;
}

/** `dy·act'(z)`. */
function argumentGradient(
  { device }: Scope,
  z: Tensor,
  dy: Tensor,
  activation: Activation,
): Tensor {
  const dz = temporaryTensor(device, z.shape, "pre-activation gradient");
  inRanges(
    device,
    [z.view, dy.view, dz.view],
    ([x, dy, dx], count) =>
      device.run(elementwiseActivationBackward, {
        bindings: { x, dy, dx },
        uniforms: { count },
        structural: { activation },
      }),
  );
  return dz;
}
