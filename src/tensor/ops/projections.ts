/**
 * Dense layers of the same input, such as the queries, keys and values of attention, whose results are columns of one matrix.
 *
 * @module
 */
import type { Scope } from "../scope.ts";
import {
  alignedLength,
  fromColumn,
  joinRows,
  matrixShape,
  temporaryTensor,
  type Tensor,
} from "../tensor.ts";
import { accumulateLayerGradients, type DenseLayer, inputGradient } from "./dense.ts";
import { matmulOperands, operand } from "./matmul.ts";

/** One or several layers that one matmul computes, and the first column of their results. */
interface Part extends DenseLayer {
  readonly column: number;
}

/**
 * Computes `x·Wᵢᵀ + bᵢ` for layers of the same size. One matmul computes all of them, and one each of their gradients, if their parameters are adjacent in memory;
 * else each layer has its own.
 *
 * @param x `[rows, inputs]`
 * @param layers weights `[outputs, inputs]` and biases `[outputs]`
 * @returns `[rows, layers·P]`, where layer `i` has columns `i·P … i·P + outputs` and `P` is {@linkcode alignedLength} of the outputs; other columns are undefined
 */
export function projections(scope: Scope, x: Tensor, layers: readonly DenseLayer[]): Tensor {
  const { rows, columns: inputs } = matrixShape(x);
  const pitch = layers.length * alignedLength(layers[0].weight.shape[0]);
  const parts = partsOf(layers);
  const y = temporaryTensor(scope.device, [rows, pitch], "projections");
  const a = operand(scope, x.view, rows, inputs, "activation");
  for (const { weight, bias, column } of parts) {
    const [outputs] = weight.shape;
    matmulOperands(scope, {
      a,
      b: operand(scope, weight.view, outputs, inputs, "weight"),
      c: fromColumn(y.view, column),
      bias: bias.view,
      transposeB: true,
      m: rows,
      n: outputs,
      k: inputs,
      ldc: pitch,
    });
  }
  scope.tape?.record(y, (dy) => backward(scope, x, parts, dy));
  return y;
}

/** Adds to the gradients of the parameters and of `x`. */
function backward(scope: Scope, x: Tensor, parts: readonly Part[], dy: Tensor): void {
  const { rows, columns: pitch } = matrixShape(dy);
  const gradients = parts.map((part) => {
    const [outputs] = part.weight.shape;
    const view = fromColumn(dy.view, part.column);
    const dz = operand(scope, view, rows, outputs, "gradient", pitch);
    accumulateLayerGradients(scope, dz, x, part, pitch);
    return { dz, weight: part.weight };
  });
  scope.tape?.contribute(
    x,
    "projection input gradient",
    [dy.view],
    (dx, accumulate) =>
      gradients.forEach(({ dz, weight }, i) =>
        inputGradient(scope, dz, dx, rows, weight, { accumulate: accumulate || i > 0, pitch })
      ),
  );
}

function partsOf(layers: readonly DenseLayer[]): Part[] {
  const weight = joinRows(layers.map((layer) => layer.weight));
  const bias = joinRows(layers.map((layer) => layer.bias));
  if (weight !== undefined && bias !== undefined) return [{ weight, bias, column: 0 }];
  return layers.map((layer, i) => ({
    ...layer,
    column: i * alignedLength(layer.weight.shape[0]),
  }));
}
