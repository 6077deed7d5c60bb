/**
 * Dense layers.
 *
 * @module
 */
import { elementwiseActivationBackward, reduceColumns } from "../../../kernels/mod.ts";
import type { View } from "../../device/mod.ts";
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import type { Scope } from "../scope.ts";
import type { Activation } from "./activation.ts";
import { type Operand, operand, productOf } from "./operand.ts";
import { inRanges } from "./ranges.ts";

/** Rows that one invocation of a column sum adds up before the partial sums are added in their turn. */
const ROWS_PER_CHUNK = 64;

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
  const { device, tape } = scope;
  const { rows, columns: inputs } = matrixShape(x);
  const [outputs] = weight.shape;
  const shape = [...x.shape.slice(0, -1), outputs];
  const y = temporaryTensor(device, shape, "linear");
  const z = activation === "none" ? y : temporaryTensor(device, shape, "pre-activation");
  const weights = () => operand(scope, weight.view, outputs, inputs, "weight");
  productOf(scope, {
    a: operand(scope, x.view, rows, inputs, "activation"),
    b: weights(),
    c: y.view,
    bias: bias.view,
    preactivation: activation === "none" ? undefined : z.view,
    activation,
    transposeB: true,
    m: rows,
    n: outputs,
    k: inputs,
  });
  tape?.record(y, (dy) => {
    let dz = dy;
    if (activation !== "none") {
      dz = temporaryTensor(device, shape, "pre-activation gradient");
      inRanges(
        device,
        [z.view, dy.view, dz.view],
        ([x, dyPart, dx], count) =>
          device.run(elementwiseActivationBackward, {
            bindings: { x, dy: dyPart, dx },
            uniforms: { count },
            structural: { activation },
          }),
      );
    }
    accumulateColumnSum(scope, dz, bias);
    const gradient = operand(scope, dz.view, rows, outputs, "gradient");
    accumulateWeightGradient(scope, gradient, x, weight);
    const dx = temporaryTensor(device, x.shape, "linear input gradient");
    productOf(scope, {
      a: gradient,
      b: weights(),
      c: dx.view,
      m: rows,
      n: inputs,
      k: outputs,
    });
    tape.accumulate(x, dx);
  });
  return y;
}

/** Adds `dzᵀ·x` to the gradient of a weight `[out, in]`. */
function accumulateWeightGradient(scope: Scope, dz: Operand, x: Tensor, weight: Tensor): void {
  const [outputs, inputs] = weight.shape;
  if (weight.gradient === undefined) return;
  const { rows } = matrixShape(x);
  productOf(scope, {
    a: dz,
    b: operand(scope, x.view, rows, inputs, "activation"),
    c: weight.gradient,
    transposeA: true,
    accumulate: true,
    m: outputs,
    n: inputs,
    k: rows,
  });
}

/** Adds the sum over rows of `x` to the gradient of a vector, in two levels of fixed order. */
export function accumulateColumnSum(
  scope: Scope,
  x: Tensor,
  vector: Tensor,
  pitch: number = matrixShape(x).columns,
): void {
  if (vector.gradient === undefined) return;
  const rows = x.view.length / pitch;
  const fitting = Math.floor(scope.device.limits.maxBindingBytes / 4 / pitch);
  const most = Math.max(Math.floor(fitting / ROWS_PER_CHUNK), 1) * ROWS_PER_CHUNK;
  for (let start = 0; start === 0 || start < rows; start += most) {
    const count = Math.min(most, rows - start);
    const { buffer, offset } = x.view;
    const part = { buffer, offset: offset + start * pitch, length: count * pitch };
    accumulateRowRange(scope, part, count, pitch, vector.shape[0], vector.gradient);
  }
}

/** Adds the column sums of rows that fit one binding. */
function accumulateRowRange(
  { device }: Scope,
  x: View,
  rows: number,
  pitch: number,
  columns: number,
  gradient: View,
): void {
  const chunks = Math.max(Math.ceil(rows / ROWS_PER_CHUNK), 1);
  const partial = temporaryTensor(device, [chunks, columns], "column sums");
  device.run(reduceColumns, {
    bindings: { x, y: partial.view },
    uniforms: { rows, columns, pitch, rows_per_chunk: ROWS_PER_CHUNK },
    structural: { accumulate: false },
  });
  device.run(reduceColumns, {
    bindings: { x: partial.view, y: gradient },
    uniforms: { rows: chunks, columns, pitch: columns, rows_per_chunk: chunks },
    structural: { accumulate: true },
  });
}
