/**
 * Sums in a fixed order.
 *
 * @module
 */
import { combinations, cross } from "../cases.ts";
import { type Kernel, READ, WRITE, WRITE_F32 } from "../kernel.ts";
import { columnVariants } from "../map_variants.ts";
import { rowVariants } from "../row_variants.ts";
import * as texts from "./reduce.wgsl.ts";
import * as reference from "./reference.ts";

const ACCUMULATE = { accumulate: [false, true] } as const;

/** rows, columns, pitch, rows_per_chunk. */
const SHAPES = [
  [0, 8, 8, 4],
  [1, 1, 1, 1],
  [9, 7, 11, 4],
  [9, 8, 12, 4],
  [64, 64, 64, 64],
  [33, 130, 192, 8],
  [5, 1028, 1028, 2],
  [65_540, 4, 4, 1],
].map(([rows, columns, pitch, rows_per_chunk]) => ({ rows, columns, pitch, rows_per_chunk }));

/** `y[chunk, c] (+)= Σ x[row·pitch + c]` over the rows of the chunk, in row order. */
export const reduceColumns: Kernel = {
  name: "reduce.columns",
  bindings: { x: READ, y: WRITE },
  uniforms: { rows: "u32", columns: "u32", pitch: "u32", rows_per_chunk: "u32" },
  structural: ACCUMULATE,
  variants: columnVariants([texts.columns], ({ rows, columns, pitch, rows_per_chunk }) => ({
    rows: Math.ceil(rows / rows_per_chunk),
    columns,
    multiples: [columns, pitch],
    turns: rows_per_chunk,
  })),
  lengths: ({ rows, columns, pitch, rows_per_chunk }) => ({
    x: rows > 0 ? (rows - 1) * pitch + columns : 0,
    y: Math.ceil(rows / rows_per_chunk) * columns,
  }),
  items: ({ rows, columns, rows_per_chunk }) =>
    Math.ceil(rows / rows_per_chunk) * Math.ceil(columns / reference.COLUMN_BLOCK),
  reference: reference.columns,
  work: ({ rows, columns }) => ({ flops: rows * columns, bytes: 4 * rows * columns }),
  cases: () => cross(combinations(ACCUMULATE), SHAPES),
};

/** `out[slot] (+)= scale·Σx`, computed by one workgroup. */
export const reduceSum: Kernel = {
  name: "reduce.sum",
  bindings: { x: READ, out: WRITE_F32 },
  uniforms: { count: "u32", slot: "u32", scale: "f32" },
  structural: ACCUMULATE,
  variants: rowVariants(
    [texts.sum],
    ({ count }) => ({ rows: 1, columns: count, multiples: [count], passes: 1 / 4 }),
    { oneRow: true },
  ),
  lengths: ({ count, slot }) => ({ x: count, out: slot + 1 }),
  items: () => 1,
  reference: reference.sum,
  work: ({ count }) => ({ flops: count, bytes: 4 * count }),
  cases: () =>
    cross(
      combinations(ACCUMULATE),
      [0, 1, 5, 256, 1021, 1_000_000, 1_000_003].map((count) => ({ count, slot: 2, scale: 0.5 })),
      // All of one sign: cancellation leaves few digits in float32.
      { fill: { x: (length, random) => Array.from({ length }, random) } },
    ),
};
