/**
 * Dropout by itself, where no other operation takes it along.
 *
 * @module
 */
import { elementwiseDropout } from "../../../kernels/mod.ts";
import type { Scope } from "../scope.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";

/**
 * Zeroes elements with the given probability and scales the rest by `1/(1 − probability)`. Without a `scope.dropout` it is the identity.
 *
 * @param x `[…, columns]`
 * @param rowsPerExample consecutive rows that belong to one example
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
