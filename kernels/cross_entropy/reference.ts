/**
 * Cross-entropy of logits with labels in plain TypeScript.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

/** The label of rows that are ignored. */
export const IGNORED = 0xFFFFFFFF;

/** Start of a search for the maximum: the least float32, since WGSL has no literal for infinity. */
const LEAST = -3.4028234663852886e38;

export const forward: Reference = (
  { logits, labels, loss, log_sum_exp, prediction },
  { columns, pitch },
  _,
  begin,
  end,
) => {
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    let best = 0;
    let largest = LEAST;
    for (let c = 0; c < columns; c++) {
      if (logits[start + c] > largest) {
        largest = logits[start + c];
        best = c;
      }
    }
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += Math.exp(logits[start + c] - largest);
    const lse = largest + Math.log(sum);
    loss[row] = labels[row] === IGNORED ? 0 : lse - logits[start + labels[row]];
    log_sum_exp[row] = lse;
    prediction[row] = best;
  }
};

export const backward: Reference = (
  { logits, labels, log_sum_exp },
  { columns, pitch, scale },
  _,
  begin,
  end,
) => {
  for (let row = begin; row < end; row++) {
    const start = row * pitch;
    if (labels[row] === IGNORED) {
      logits.fill(0, start, start + pitch);
      continue;
    }
    for (let c = 0; c < columns; c++) {
      const probability = Math.exp(logits[start + c] - log_sum_exp[row]);
      logits[start + c] = scale * (probability - (c === labels[row] ? 1 : 0));
    }
    logits.fill(0, start + columns, start + pitch);
  }
};

/** One item: a count. */
export const correct: Reference = (
  { prediction, labels, out },
  { count, slot, scale },
  { accumulate },
  begin,
  end,
) => {
  for (let item = begin; item < end; item++) {
    let hits = 0;
    for (let i = 0; i < count; i++) {
      if (labels[i] !== IGNORED && prediction[i] === labels[i]) hits++;
    }
    out[slot] = (accumulate ? out[slot] : 0) + scale * hits;
  }
};
