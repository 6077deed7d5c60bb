/**
 * What operations with dense layers are made of: the layer itself and its gradients.
 *
 * @module
 */
import { matrixShape, temporaryTensor, type Tensor } from "../tensor.ts";
import type { Scope } from "../scope.ts";
import type { Activation } from "./activation.ts";
import { accumulateColumnSum } from "./column_sum.ts";
import { type Operand, operand, productOf } from "./operand.ts";

/** Parameters of a dense layer. */
export interface DenseLayer {
  /** `[out, in]`, as PyTorch's `Linear`. */
  readonly weight: Tensor;
  /** `[out]` */
  readonly bias: Tensor;
}

/** What a dense layer made of its input. */
export interface DenseOutput {
  /** `act(x·Wᵀ + b)`, `[…, out]` */
  readonly value: Tensor;
  /** What the activation was applied to; the value itself where there is none. */
  readonly argument: Tensor;
}

/** Computes `act(x·Wᵀ + b)` of `x` `[…, in]`. */
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
  const argument = activated ? temporaryTensor(device, shape, "pre-activation") : value;
  productOf(scope, {
    a: operand(scope, x.view, rows, inputs, "activation"),
    b: operand(scope, weight.view, outputs, inputs, "weight"),
    c: value.view,
    bias: bias.view,
    preactivation: activated ? argument.view : undefined,
    activation,
    transposeB: true,
    m: rows,
    n: outputs,
    k: inputs,
  });
  return { value, argument };
}

/**
 * Adds to the gradients of a layer.
 *
 * @param dz gradient of `x·Wᵀ + b`
 * @returns the gradient of `x`
 */
export function denseBackward(
  scope: Scope,
  x: Tensor,
  { weight, bias }: DenseLayer,
  dz: Tensor,
): Tensor {
  accumulateColumnSum(scope, dz, bias);
  const gradient = gradientOperand(scope, dz);
  accumulateWeightGradient(scope, gradient, x, weight);
  return inputGradient(scope, gradient, x.shape, weight);
}

/** A gradient as a factor of the products that follow from it. */
export function gradientOperand(scope: Scope, dz: Tensor): Operand {
  const { rows, columns } = matrixShape(dz);
  return operand(scope, dz.view, rows, columns, "gradient");
}

/** `dz·W`: the gradient of a layer's input of that shape. */
export function inputGradient(
  scope: Scope,
  dz: Operand,
  shape: readonly number[],
  weight: Tensor,
): Tensor {
  const [outputs, inputs] = weight.shape;
  const dx = temporaryTensor(scope.device, shape, "linear input gradient");
  productOf(scope, {
    a: dz,
    b: operand(scope, weight.view, outputs, inputs, "weight"),
    c: dx.view,
    m: matrixShape(dx).rows,
    n: inputs,
    k: outputs,
  });
  return dx;
}

/** Adds `dzᵀ·x` to the gradient of a weight `[out, in]`. */
export function accumulateWeightGradient(
  scope: Scope,
  dz: Operand,
  x: Tensor,
  weight: Tensor,
): void {
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
