/**
 * Layer normalization (Ba, Kiros and Hinton, arXiv 1607.06450) over the last dimension, fused with the residual connection and its
 * dropout.
 *
 * @module
 */
import { combinations, cross, randomMask } from "../cases.ts";
import {
  type Kernel,
  READ,
  READ_F32,
  type Uniforms,
  when,
  type Work,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { columnVariants } from "../map_variants.ts";
import { type RowShape, rowVariants } from "../row_variants.ts";
import { DROPOUT_UNIFORMS } from "../philox/dropout_mask.ts";
import { mask, philox } from "../philox/philox.wgsl.ts";
import * as texts from "./layer_norm.wgsl.ts";
import * as reference from "./reference.ts";

const SHAPES = [[0, 8], [1, 1], [3, 5], [7, 64], [5, 100], [4, 1024], [3, 1030]];

const BEYOND_ONE_DIMENSION = { rows: 65_540, columns: 2, ...randomMask(2) };

/** Rows, columns, rows of a chunk, column of beta: no rows, one, a short last chunk, and more columns than a tile. */
const CHUNKED = [
  [0, 8, 4, 8],
  [1, 1, 1, 1],
  [9, 7, 4, 7],
  [9, 8, 4, 12],
  [64, 64, 16, 64],
  [33, 130, 8, 192],
  [3, 1028, 8, 1028],
];

const rowShape = ({ rows, columns }: Uniforms): RowShape => ({
  rows,
  columns,
  multiples: [columns],
});

function matrixWork(flops: number, matrices: number): (uniforms: Uniforms) => Work {
  return ({ rows, columns }) => ({
    flops: flops * rows * columns,
    bytes: 4 * matrices * rows * columns,
  });
}

/**
 * `s = x + dropout(hidden)`, or `x` alone; `y = (s − mean)·rstd·gamma + beta` with the biased variance, `rstd = 1/√(variance + epsilon)`.
 * Stores `s` if there is a residual, and (mean, rstd) of every row.
 */
export const layerNormForward: Kernel = {
  name: "layer_norm.forward",
  bindings: {
    x: READ,
    hidden: when("residual", READ),
    gamma: READ,
    beta: READ,
    sum: when("residual", WRITE),
    y: WRITE,
    statistics: WRITE_F32,
  },
  uniforms: { rows: "u32", columns: "u32", epsilon: "f32", ...DROPOUT_UNIFORMS },
  structural: { residual: [false, true], dropout: [false, true] },
  variants: rowVariants([philox, mask, texts.forward], rowShape),
  lengths: ({ rows, columns }) => ({
    x: rows * columns,
    hidden: rows * columns,
    gamma: columns,
    beta: columns,
    sum: rows * columns,
    y: rows * columns,
    statistics: 2 * rows,
  }),
  items: ({ rows }) => rows,
  reference: reference.forward,
  work: (uniforms, { residual }) => matrixWork(8, residual ? 4 : 2)(uniforms),
  cases: () =>
    cross(
      combinations(
        { residual: [false, true], dropout: [false, true] },
        ({ residual, dropout }) => Boolean(residual) || !dropout,
      ),
      SHAPES.map(([rows, columns]) => ({ rows, columns, epsilon: 1e-12, ...randomMask(2) })),
    ).filter(({ uniforms }) => uniforms.columns > 1).concat([
      {
        structural: { residual: false, dropout: false },
        uniforms: { ...BEYOND_ONE_DIMENSION, epsilon: 1e-12 },
        // The variance of two nearly equal numbers has no correct digits.
        fill: { x: (length, random) => Array.from({ length }, (_, i) => i % 2 + random() / 2) },
      },
      {
        // The variance of one column is 0: the result depends on epsilon alone.
        structural: { residual: false, dropout: false },
        uniforms: { rows: 3, columns: 1, epsilon: 1e-3, ...randomMask(1) },
      },
    ]),
};

/** Gradient with respect to the normalized `s`, and, through its dropout, to `hidden`. */
export const layerNormBackwardInput: Kernel = {
  name: "layer_norm.backward_input",
  bindings: {
    s: READ,
    statistics: READ_F32,
    gamma: READ,
    dy: READ,
    dx: WRITE,
    dhidden: when("dropout", WRITE),
  },
  uniforms: { rows: "u32", columns: "u32", ...DROPOUT_UNIFORMS },
  structural: { dropout: [false, true] },
  variants: rowVariants([philox, mask, texts.backwardInput], rowShape),
  lengths: ({ rows, columns }) => ({
    s: rows * columns,
    statistics: 2 * rows,
    gamma: columns,
    dy: rows * columns,
    dx: rows * columns,
    dhidden: rows * columns,
  }),
  items: ({ rows }) => rows,
  reference: reference.backwardInput,
  work: (uniforms, { dropout }) => matrixWork(14, dropout ? 4 : 3)(uniforms),
  cases: () => [
    ...cross(
      combinations({ dropout: [false, true] }),
      SHAPES.map(([rows, columns]) => ({ rows, columns, ...randomMask(2) })),
      { fill: { statistics: someStatistics } },
    ),
    ...cross([{ dropout: true }], [BEYOND_ONE_DIMENSION], { fill: { statistics: someStatistics } }),
  ],
};

/**
 * Gradients of gamma and beta, summed over each chunk of rows; `reduce.columns` sums the chunks. A row of `partial` has the gradients of gamma from column 0 on and
 * those of beta from `beta_column` on, and `2·beta_column` elements.
 */
export const layerNormBackwardParameters: Kernel = {
  name: "layer_norm.backward_parameters",
  bindings: { s: READ, statistics: READ_F32, dy: READ, partial: WRITE },
  uniforms: { rows: "u32", columns: "u32", rows_per_chunk: "u32", beta_column: "u32" },
  structural: {},
  variants: columnVariants(
    [texts.backwardParameters],
    ({ rows, columns, rows_per_chunk, beta_column }) => ({
      rows: Math.ceil(rows / rows_per_chunk),
      columns,
      multiples: [columns, beta_column],
      turns: rows_per_chunk,
    }),
  ),
  lengths: ({ rows, columns, rows_per_chunk, beta_column }) => ({
    s: rows * columns,
    statistics: 2 * rows,
    dy: rows * columns,
    partial: Math.ceil(rows / rows_per_chunk) * 2 * beta_column,
  }),
  items: ({ rows, columns, rows_per_chunk }) =>
    Math.ceil(rows / rows_per_chunk) * Math.ceil(columns / reference.COLUMN_BLOCK),
  reference: reference.backwardParameters,
  work: matrixWork(5, 2),
  cases: () =>
    cross(
      [{}],
      CHUNKED.map(([rows, columns, rows_per_chunk, beta_column]) => ({
        ...{ rows, columns, rows_per_chunk, beta_column },
      })),
      { fill: { statistics: someStatistics } },
    ),
};

/** Contents: means around 0 and reciprocal deviations around 1, interleaved. */
function someStatistics(length: number, random: () => number): number[] {
  return Array.from({ length }, (_, i) => i % 2 === 0 ? random() - 0.5 : 0.5 + random());
}
