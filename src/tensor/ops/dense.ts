/**
 * Dense layers, and the parts of them that other operations combine.
 *
 * @module
 */
import { elementwiseActivationBackward, reduceColumns } from "../../../kernels/mod.ts";
import type { View } from "../../device/mod.ts";
import type { Scope } from "../scope.ts";
import type { Tape } from "../tape.ts";
import { inRanges, matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import { type Matmul, matmulOperands, type Operand, operand } from "./matmul.ts";

/** Names of activation functions in config.json: `gelu` is the erf form, `gelu_new` the tanh form. */
export type Activation = "gelu" | "gelu_new" | "relu" | "tanh";

/** Parameters of a dense layer. */
export interface DenseLayer {
  /** `[outputs, inputs]`, as in PyTorch's `Linear`. */
  readonly weight: Tensor;
  /** `[outputs]`. */
  readonly bias: Tensor;
}

/** Output of a dense layer. */
export interface DenseOutput {
  /** `activation(x·Wᵀ + b)`, `[…, outputs]`. */
  readonly value: Tensor;
  /** `x·Wᵀ + b`; the same tensor as `value` without an activation. */
  readonly preactivation: Tensor;
}

/**
 * A dense layer: `y = activation(x·Wᵀ + b)`.
 *
 * @param x `[…, inputs]`
 * @param weight `[outputs, inputs]`, as in PyTorch's `Linear`
 * @param bias `[outputs]`
 * @returns `[…, outputs]`
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
  const { value, preactivation } = denseForward(scope, x, layer, activation);
  tape?.record(value, (dy) => {
    const dz = activation === "none"
      ? dy
      : preactivationGradient(scope, preactivation, dy, activation);
    denseBackward(scope, tape, x, layer, dz);
  });
  return value;
}

/** Computes a dense layer without recording it on the tape. */
export function denseForward(
  scope: Scope,
  x: Tensor,
  { weight, bias }: DenseLayer,
  activation: Activation | "none",
): DenseOutput {
  const { device } = scope;
  const { rows, columns: inputs } = matrixShape(x);
  const [outputs] = weight.shape;
  const shape = [...x.shape.slice(0, -1), outputs];
  const activated = activation !== "none";
  const value = temporaryTensor(device, shape, "linear");
  const preactivation = activated ? temporaryTensor(device, shape, "pre-activation") : value;
  matmulOperands(scope, {
    a: operand(scope, x.view, rows, inputs, "activation"),
    b: operand(scope, weight.view, outputs, inputs, "weight"),
    c: value.view,
    bias: bias.view,
    preactivation: activated ? preactivation.view : undefined,
    activation,
    transposeB: true,
    m: rows,
    n: outputs,
    k: inputs,
  });
  return { value, preactivation };
}

/** Computes `dy·activation'(z)`. */
function preactivationGradient(
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

/**
 * Adds to the gradients of a layer's parameters and of its input `x`.
 *
 * @param dz gradient of `x·Wᵀ + b`
 */
export function denseBackward(
  scope: Scope,
  tape: Tape,
  x: Tensor,
  layer: DenseLayer,
  dz: Tensor,
): void {
  const gradient = gradientOperand(scope, dz);
  accumulateLayerGradients(scope, gradient, x, layer);
  tape.contribute(
    x,
    "linear input gradient",
    [dz.view],
    (dx, accumulate) =>
      inputGradient(scope, gradient, dx, matrixShape(x).rows, layer.weight, { accumulate }),
  );
}

/** Returns a gradient as an operand of matrix multiplications. */
export function gradientOperand(scope: Scope, dz: Tensor): Operand {
  const { rows, columns } = matrixShape(dz);
  return operand(scope, dz.view, rows, columns, "gradient");
}

/** How {@linkcode inputGradient} stores its result. */
export interface InputGradientOptions
  extends Pick<Matmul, "accumulate" | "activation" | "preactivation"> {
  /** Distance between the starts of two rows of `dz`, in elements. Default: the number of outputs. */
  readonly pitch?: number;
}

/** Computes `dz·W`, the gradient of a layer's input `[rows, inputs]`. */
export function inputGradient(
  scope: Scope,
  dz: Operand,
  dx: View,
  rows: number,
  weight: Tensor,
  { pitch = weight.shape[0], ...options }: InputGradientOptions = {},
): void {
  const [outputs, inputs] = weight.shape;
  matmulOperands(scope, {
    ...options,
    a: dz,
    b: operand(scope, weight.view, outputs, inputs, "weight"),
    c: dx,
    m: rows,
    n: inputs,
    k: outputs,
    lda: pitch,
  });
}

/**
 * Adds `dzᵀ·x` to the gradient of a weight `[outputs, inputs]`, and in the same matmul the column sums of `dz` to that of the bias.
 *
 * @param pitch distance between the starts of two rows of `dz`, in elements
 */
export function accumulateLayerGradients(
  scope: Scope,
  dz: Operand,
  x: Tensor,
  { weight, bias }: DenseLayer,
  pitch: number = weight.shape[0],
): void {
  const [outputs, inputs] = weight.shape;
  const { rows } = matrixShape(x);
  if (weight.gradient === undefined) {
    accumulateColumnSum(scope, { view: dz.view, shape: [rows, pitch] }, bias, pitch);
    return;
  }
  matmulOperands(scope, {
    a: dz,
    b: operand(scope, x.view, rows, inputs, "activation"),
    c: weight.gradient,
    rowSums: bias.gradient,
    transposeA: true,
    accumulate: true,
    m: outputs,
    n: inputs,
    k: rows,
    lda: pitch,
  });
}

/** Number of rows that one invocation of a column sum adds before the partial sums are added. */
const ROWS_PER_CHUNK = 64;

/**
 * Adds the sum over the rows of `x` to the gradient of a vector, such as a bias, in two levels of fixed order.
 *
 * @param x `[rows, pitch]`, of which the first columns, as many as the vector has elements, are summed
 */
export function accumulateColumnSum(
  scope: Scope,
  x: Tensor,
  vector: Tensor,
  pitch: number = matrixShape(x).columns,
): void {
  if (vector.gradient === undefined) return;
  const rows = Math.ceil(x.view.length / pitch);
  const fitting = Math.floor(scope.device.limits.maxBindingBytes / 4 / pitch);
  const most = Math.max(Math.floor(fitting / ROWS_PER_CHUNK), 1) * ROWS_PER_CHUNK;
  for (let start = 0; start < rows; start += most) {
    const count = Math.min(most, rows - start);
    const { buffer, offset } = x.view;
    const part = {
      buffer,
      offset: offset + start * pitch,
      length: Math.min(count * pitch, x.view.length - start * pitch),
    };
    accumulateRowRange(scope, part, count, pitch, vector.shape[0], vector.gradient);
  }
}

/** Adds the column sums of rows that fit in one binding. */
function accumulateRowRange(
  { device }: Scope,
  x: View,
  rows: number,
  pitch: number,
  columns: number,
  gradient: View,
): void {
  const chunks = Math.ceil(rows / ROWS_PER_CHUNK);
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
