/**
 * Attention pooling in plain TypeScript. An item is an example.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

/** Start of a search for the maximum: the least float32, since WGSL has no literal for infinity. */
const LEAST = -3.4028234663852886e38;

export const forward: Reference = (
  { logits, x, weights, pooled },
  { sequence, columns },
  _,
  begin,
  end,
) => {
  const sums = new Float64Array(columns);
  for (let example = begin; example < end; example++) {
    const start = example * sequence;
    let largest = LEAST;
    for (let t = 0; t < sequence; t++) largest = Math.max(largest, logits[start + t]);
    let total = 0;
    for (let t = 0; t < sequence; t++) total += Math.exp(logits[start + t] - largest);
    sums.fill(0);
    for (let t = 0; t < sequence; t++) {
      weights[start + t] = Math.exp(logits[start + t] - largest) / total;
      const row = (start + t) * columns;
      for (let c = 0; c < columns; c++) sums[c] += weights[start + t] * x[row + c];
    }
    for (let c = 0; c < columns; c++) pooled[example * columns + c] = sums[c];
  }
};

export const backward: Reference = (
  { weights, x, dpooled, dlogits, dx },
  { sequence, columns },
  _,
  begin,
  end,
) => {
  for (let example = begin; example < end; example++) {
    const start = example * sequence;
    const gradient = dpooled.subarray(example * columns, (example + 1) * columns);
    let dot = 0;
    for (let t = 0; t < sequence; t++) {
      const row = (start + t) * columns;
      let product = 0;
      for (let c = 0; c < columns; c++) {
        product += gradient[c] * x[row + c];
        dx[row + c] = weights[start + t] * gradient[c];
      }
      dlogits[start + t] = product;
      dot += weights[start + t] * dlogits[start + t];
    }
    for (let t = 0; t < sequence; t++) {
      dlogits[start + t] = weights[start + t] * (dlogits[start + t] - dot);
    }
  }
};
