/**
 * Layer normalization (Ba, Kiros and Hinton, arXiv 1607.06450), alone or after a residual connection with dropout.
 *
 * @module
 */
import {
  layerNormBackwardInput,
  layerNormBackwardParameters,
  layerNormForward,
  reduceColumns,
} from "../../../kernels/mod.ts";
import { NO_DROPOUT, type Scope } from "../scope.ts";
import {
  alignedLength,
  fromColumn,
  joinRows,
  matrixShape,
  temporaryTensor,
  type Tensor,
} from "../tensor.ts";

/** Maximum number of partial sums of parameter gradients, and minimum number of rows in each. */
const MOST_CHUNKS = 128, LEAST_ROWS = 8;

/** Parameters of a layer normalization. */
export interface NormParameters {
  /** The scale, `[columns]`. */
  readonly weight: Tensor;
  /** The shift, `[columns]`. */
  readonly bias: Tensor;
}

/** A residual connection before the normalization: `x + dropout(hidden)`. */
export interface Residual {
  /** Output of the sub-layer, of the shape of `x`. */
  readonly hidden: Tensor;
  /** Dropout probability of `hidden`. */
  readonly dropoutProbability: number;
  /** Number of consecutive rows that belong to one example. */
  readonly rowsPerExample: number;
}

/**
 * Computes `(s − mean)/√(variance + ε)·weight + bias` over the last dimension, where `s = x` or `s = x + dropout(hidden)`.
 *
 * @param x `[…, columns]`
 * @param epsilon 1e-12 in ALBERT and BERT
 * @returns a tensor of the shape of `x`
 */
export function layerNorm(
  scope: Scope,
  x: Tensor,
  { weight, bias }: NormParameters,
  epsilon: number,
  residual?: Residual,
): Tensor {
  const { device, tape } = scope;
  const { rows, columns } = matrixShape(x);
  const random = residual !== undefined && residual.dropoutProbability > 0
    ? scope.dropout?.next(residual.dropoutProbability, residual.rowsPerExample)
    : undefined;
  const dropout = random !== undefined;
  const y = temporaryTensor(device, x.shape, "layer norm");
  const sum = residual === undefined ? x : temporaryTensor(device, x.shape, "residual sum");
  const statistics = temporaryTensor(device, [rows, 2], "layer norm statistics");
  device.run(layerNormForward, {
    bindings: {
      x: x.view,
      gamma: weight.view,
      beta: bias.view,
      y: y.view,
      statistics: statistics.view,
      ...(residual && { hidden: residual.hidden.view, sum: sum.view }),
    },
    uniforms: { rows, columns, epsilon, ...(random ?? NO_DROPOUT) },
    structural: { residual: residual !== undefined, dropout },
  });
  tape?.record(y, (dy) => {
    accumulateParameterGradients(scope, sum, statistics, dy, { weight, bias });
    const dx = temporaryTensor(device, x.shape, "layer norm input gradient");
    const dHidden = dropout ? temporaryTensor(device, x.shape, "dropped gradient") : dx;
    device.run(layerNormBackwardInput, {
      bindings: {
        s: sum.view,
        statistics: statistics.view,
        gamma: weight.view,
        dy: dy.view,
        dx: dx.view,
        ...(dropout && { dhidden: dHidden.view }),
      },
      uniforms: { rows, columns, ...(random ?? NO_DROPOUT) },
      structural: { dropout },
    });
    tape.accumulate(x, dx);
    if (residual !== undefined) tape.accumulate(residual.hidden, dHidden);
  });
  return y;
}

function accumulateParameterGradients(
  { device }: Scope,
  sum: Tensor,
  statistics: Tensor,
  dy: Tensor,
  { weight, bias }: NormParameters,
): void {
  if (weight.gradient === undefined || bias.gradient === undefined) return;
  const { rows, columns } = matrixShape(sum);
  if (rows === 0) return;
  const rowsPerChunk = LEAST_ROWS * Math.ceil(rows / (MOST_CHUNKS * LEAST_ROWS));
  const chunks = Math.ceil(rows / rowsPerChunk);
  const betaColumn = alignedLength(columns);
  const partial = temporaryTensor(device, [chunks, 2 * betaColumn], "layer norm gradients");
  device.run(layerNormBackwardParameters, {
    bindings: { s: sum.view, statistics: statistics.view, dy: dy.view, partial: partial.view },
    uniforms: { rows, columns, rows_per_chunk: rowsPerChunk, beta_column: betaColumn },
  });
  const joined = joinRows([weight, bias])?.gradient;
  const parts = joined !== undefined ? [{ column: 0, columns: 2 * columns, gradient: joined }] : [
    { column: 0, columns, gradient: weight.gradient },
    { column: betaColumn, columns, gradient: bias.gradient },
  ];
  for (const { column, columns, gradient } of parts) {
    device.run(reduceColumns, {
      bindings: { x: fromColumn(partial.view, column), y: gradient },
      uniforms: { rows: chunks, columns, pitch: 2 * betaColumn, rows_per_chunk: chunks },
      structural: { accumulate: true },
    });
  }
}
