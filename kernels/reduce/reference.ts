/**
 * Sums in plain TypeScript.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

/** Columns of an item of {@linkcode columns}. */
export const COLUMN_BLOCK = 64;

/** An item is a chunk of rows and a block of columns. */
export const columns: Reference = (
  { x, y },
  { rows, columns, pitch, rows_per_chunk },
  { accumulate },
  begin,
  end,
) => {
  const blocks = Math.ceil(columns / COLUMN_BLOCK);
  const sums = new Float64Array(COLUMN_BLOCK);
  for (let item = begin; item < end; item++) {
    const chunk = Math.floor(item / blocks);
    const first = (item % blocks) * COLUMN_BLOCK;
    const last = Math.min(first + COLUMN_BLOCK, columns);
    sums.fill(0);
    const lastRow = Math.min((chunk + 1) * rows_per_chunk, rows);
    for (let row = chunk * rows_per_chunk; row < lastRow; row++) {
      for (let c = first; c < last; c++) sums[c - first] += x[row * pitch + c];
    }
    for (let c = first; c < last; c++) {
      const target = chunk * columns + c;
      y[target] = (accumulate ? y[target] : 0) + sums[c - first];
    }
  }
};

/** One item: a sum. */
export const sum: Reference = ({ x, out }, { count, slot, scale }, { accumulate }, begin, end) => {
  for (let item = begin; item < end; item++) {
    let total = 0;
    for (let i = 0; i < count; i++) total += x[i];
    out[slot] = (accumulate ? out[slot] : 0) + scale * total;
  }
};
