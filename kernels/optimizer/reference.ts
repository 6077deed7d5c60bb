/**
 * Gradient clipping, LAMB, AdamW and the dynamic loss scale in plain TypeScript. Parameters, gradients and moments are flat; `blocks` has a
 * triple `[start, length, owner]` for every block, every start a multiple of 4, and an item is a block. The owner is twice the number of the
 * tensor, plus 1 if its weights decay. As in Google's code, the moments have no bias correction (google-research/albert, lamb_optimizer.py; google-research/bert, optimization.py).
 *
 * @module
 */
import type { Reference } from "../kernel.ts";

export const squareSums: Reference = (
  { x, blocks, partials, flag },
  _,
  { check },
  begin,
  end,
) => {
  for (let block = begin; block < end; block++) {
    const start = blocks[3 * block], length = blocks[3 * block + 1];
    let sum = 0;
    for (let i = start; i < start + length; i++) {
      sum += x[i] * x[i];
      if (check && !Number.isFinite(x[i])) flag[0] = 1;
    }
    partials[block] = sum;
  }
};

/** One item: a norm. */
export const clip: Reference = (
  { partials, norm },
  { block_count, slot, max_norm },
  _,
  begin,
  end,
) => {
  for (let item = begin; item < end; item++) {
    let sum = 0;
    for (let block = 0; block < block_count; block++) sum += partials[block];
    const length = Math.sqrt(sum);
    norm[0] = length;
    norm[1] = max_norm <= 0 || length <= max_norm ? 1 : max_norm / length;
    norm[2 + slot] = length;
  }
};

export const lambMoments: Reference = (
  arrays,
  { beta1, beta2, one_minus_beta1, one_minus_beta2, epsilon, weight_decay },
  _,
  begin,
  end,
) => {
  const { weights, gradients, norm, flag, blocks, m, v, partials } = arrays;
  if (flag[0] !== 0) return;
  for (let block = begin; block < end; block++) {
    const start = blocks[3 * block], length = blocks[3 * block + 1];
    const decay = blocks[3 * block + 2] % 2 ? weight_decay : 0;
    let parameterSquares = 0;
    let updateSquares = 0;
    for (let i = start; i < start + length; i++) {
      const g = gradients[i] * norm[1];
      m[i] = beta1 * m[i] + one_minus_beta1 * g;
      v[i] = beta2 * v[i] + one_minus_beta2 * g * g;
      const update = m[i] / (Math.sqrt(v[i]) + epsilon) + decay * weights[i];
      parameterSquares += weights[i] * weights[i];
      updateSquares += update * update;
    }
    partials[2 * block] = parameterSquares;
    partials[2 * block + 1] = updateSquares;
  }
};

/** An item is a tensor, whose trust ratio is computed from its blocks' sums. */
export const lambRatios: Reference = (
  { partials, tensor_blocks, decays, ratios },
  _,
  __,
  begin,
  end,
) => {
  for (let tensor = begin; tensor < end; tensor++) {
    let parameterSquares = 0;
    let updateSquares = 0;
    for (let block = tensor_blocks[tensor]; block < tensor_blocks[tensor + 1]; block++) {
      parameterSquares += partials[2 * block];
      updateSquares += partials[2 * block + 1];
    }
    const scaled = decays[tensor] && parameterSquares > 0 && updateSquares > 0;
    ratios[tensor] = scaled ? Math.sqrt(parameterSquares) / Math.sqrt(updateSquares) : 1;
  }
};

export const lambApply: Reference = (
  { m, v, flag, blocks, ratios, weights },
  { epsilon, weight_decay, learning_rate },
  _,
  begin,
  end,
) => {
  if (flag[0] !== 0) return;
  for (let block = begin; block < end; block++) {
    const start = blocks[3 * block], length = blocks[3 * block + 1];
    const owner = blocks[3 * block + 2];
    const decay = owner % 2 ? weight_decay : 0;
    const rate = learning_rate * ratios[owner >> 1];
    for (let i = start; i < start + length; i++) {
      const update = m[i] / (Math.sqrt(v[i]) + epsilon) + decay * weights[i];
      weights[i] -= rate * update;
    }
  }
};

export const adamw: Reference = (
  { gradients, norm, flag, blocks, weights, m, v },
  { beta1, beta2, one_minus_beta1, one_minus_beta2, epsilon, weight_decay, learning_rate },
  _,
  begin,
  end,
) => {
  if (flag[0] !== 0) return;
  for (let block = begin; block < end; block++) {
    const start = blocks[3 * block], length = blocks[3 * block + 1];
    const decay = blocks[3 * block + 2] % 2 ? weight_decay : 0;
    for (let i = start; i < start + length; i++) {
      const g = gradients[i] * norm[1];
      m[i] = beta1 * m[i] + one_minus_beta1 * g;
      v[i] = beta2 * v[i] + one_minus_beta2 * g * g;
      const update = m[i] / (Math.sqrt(v[i]) + epsilon) + decay * weights[i];
      weights[i] -= learning_rate * update;
    }
  }
};

/** Elements of the loss scale's state: scale, good steps since its last change, skipped steps, whether it reached 1 and failed. */
export const LOSS_SCALE_STATE = 4;

export const lossScale: Reference = (
  { flag, state },
  { interval, largest },
  _structural,
  begin,
  end,
) => {
  if (begin === end) return; // Another thread has the only item.
  const [scale, good, skipped, gaveUp] = state;
  if (flag[0] !== 0) {
    const hopeless = scale <= 1;
    state.set([hopeless ? scale : scale / 2, 0, skipped + (gaveUp === 0 ? 1 : 0), +hopeless]);
    if (!hopeless) flag[0] = 0;
  } else if (good + 1 >= interval && scale < largest) state.set([scale * 2, 0], 0);
  else state[1] = good + 1;
};
