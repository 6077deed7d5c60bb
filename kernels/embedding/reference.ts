/**
 * Table look-ups and their gradients in plain TypeScript.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

export const forward: Reference = (
  { words, positions, types, ids, type_ids, out },
  { columns, sequence },
  _,
  begin,
  end,
) => {
  for (let row = begin; row < end; row++) {
    const word = ids[row] * columns;
    const position = (row % sequence) * columns;
    const type = type_ids[row] * columns;
    for (let c = 0; c < columns; c++) {
      out[row * columns + c] = words[word + c] + positions[position + c] + types[type + c];
    }
  }
};

export const gather: Reference = ({ x, indices, out }, { columns, pitch }, _, begin, end) => {
  for (let i = begin; i < end; i++) {
    for (let c = 0; c < columns; c++) out[i * columns + c] = x[indices[i] * pitch + c];
  }
};

export const scatter: Reference = (
  { x, indices, out },
  { columns },
  { accumulate },
  begin,
  end,
) => {
  for (let i = begin; i < end; i++) {
    for (let c = 0; c < columns; c++) {
      const target = indices[i] * columns + c;
      out[target] = (accumulate ? out[target] : 0) + x[i * columns + c];
    }
  }
};

export const segmentSum: Reference = (
  { x, offsets, items, rows, out },
  { columns },
  { accumulate },
  begin,
  end,
) => {
  for (let segment = begin; segment < end; segment++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let j = offsets[segment]; j < offsets[segment + 1]; j++) {
        sum += x[items[j] * columns + c];
      }
      const target = rows[segment] * columns + c;
      out[target] = (accumulate ? out[target] : 0) + sum;
    }
  }
};
