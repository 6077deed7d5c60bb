/**
 * WGSL of gradient clipping and the optimizers' updates.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const block = wgsl`
// Blocks of flat parameters are processed in fours: a block starts at a multiple of 4, and elements between its end and the next
// multiple of 4 are unused.

// blocks[3b], blocks[3b + 1], blocks[3b + 2] are the start, the length and the owner of block b: twice the number of the tensor, plus 1 if
// its weights decay. A separate binding for that bit would be one more than the
// eight that every adapter supports.

// Which of elements 4i … 4i + 3 are inside a block that ends at end.
fn inside(i: u32, end: u32) -> vec4<bool> {
  return vec4(4u * i) + vec4(0u, 1u, 2u, 3u) < vec4(end);
}
`;

export const decay = wgsl`
// The weight decay of the owner of a block.
fn decay_of(owner: u32) -> f32 {
  return select(0.0, parameters.weight_decay, owner % 2u != 0u);
}
`;

export const squareSums = wgsl`
// partials[block] = Σ x² of the block. With check, flag[0] = 1 if any x is NaN or infinite, tested on the bits: drivers may assume that no
// float is NaN and drop a comparison. One workgroup per block.
fn main(block: u32, lane: u32) {
  if (block >= parameters.block_count) {
    return;
  }
  let start = blocks[3u * block] / 4u;
  let count = blocks[3u * block + 1u];
  var squares = Value(0.0);
//#if check
  var fault = vec4<bool>();
//#end
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let value = select(Value(0.0), x[start + i], inside(i, count));
    squares += value * value;
//#if check
    fault = fault | ((bitcast<Bits>(value) & Bits(0x7f800000u)) == Bits(0x7f800000u));
//#end
  }
//#if check
  if (any(fault)) {
    atomicStore(&flag[0], 1u);
  }
//#end
  let total = row_sum(lane, lane_sum(squares));
  if (lane == 0u) {
    partials[block] = total;
  }
}
`;

export const clip = wgsl`
// norm[0] = √Σ partials, norm[1] = min(1, max_norm / norm[0]) or 1 if max_norm ≤ 0, norm[2 + slot] = norm[0]. One workgroup.
fn main(lane: u32) {
  var squares = 0.0;
  for (var i = lane; i < parameters.block_count; i += LANES) {
    squares += partials[i];
  }
  let length = sqrt(row_sum(lane, squares));
  if (lane == 0u) {
    // A NaN must reach norm[1] although a driver may evaluate comparisons with it either way.
    let nan = (bitcast<u32>(length) & 0x7fffffffu) > 0x7f800000u;
    let whole = parameters.max_norm <= 0.0 || (length <= parameters.max_norm && !nan);
    norm[0] = length;
    norm[1] = select(parameters.max_norm / length, 1.0, whole);
    norm[2u + parameters.slot] = length;
  }
}
`;

export const lambMoments = wgsl`
// LAMB's moments and norms. g = gradients·norm[1]; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²;
// u = m/(√v + ε) + decay·w; partials[2b], partials[2b + 1] = Σw², Σu² of block b. Writes nothing if flag[0] is set.
// One workgroup per block. google-research/albert, lamb_optimizer.py (no bias correction).
fn main(block: u32, lane: u32) {
  if (block >= parameters.block_count) {
    return;
  }
  let start = blocks[3u * block] / 4u;
  // A set flag makes every block empty, so that all invocations still reach the sums.
  let skip = flag[0] != 0u;
  let count = select(blocks[3u * block + 1u], 0u, skip);
  let decay = decay_of(blocks[3u * block + 2u]);
  let clip = norm[1];
  var weight_squares = Value(0.0);
  var update_squares = Value(0.0);
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let at = start + i;
    let within = inside(i, count);
    let g = gradients[at] * clip;
    let w = weights[at];
    let old_m = m[at];
    let old_v = v[at];
    let first = parameters.beta1 * old_m + parameters.one_minus_beta1 * g;
    let second = parameters.beta2 * old_v + parameters.one_minus_beta2 * (g * g);
    let update = first / (sqrt(second) + parameters.epsilon) + decay * w;
    m[at] = select(old_m, first, within);
    v[at] = select(old_v, second, within);
    weight_squares += select(Value(0.0), w * w, within);
    update_squares += select(Value(0.0), update * update, within);
  }
  let weight_total = row_sum(lane, lane_sum(weight_squares));
  let update_total = row_sum(lane, lane_sum(update_squares));
  if (lane == 0u && !skip) {
    partials[2u * block] = weight_total;
    partials[2u * block + 1u] = update_total;
  }
}
`;

export const lambRatios = wgsl`
// Trust ratios: tensor t has blocks tensor_blocks[t] … tensor_blocks[t + 1] − 1; ‖w‖/‖u‖ if it decays and both are above 0,
// else 1. One workgroup per tensor. You et al., arXiv 1904.00962, without a bound on the ratio, as in google-research/albert.
fn main(tensor: u32, lane: u32) {
  if (tensor >= parameters.tensors) {
    return;
  }
  let end = tensor_blocks[tensor + 1u];
  var weight_squares = 0.0;
  var update_squares = 0.0;
  for (var b = tensor_blocks[tensor] + lane; b < end; b += LANES) {
    weight_squares += partials[2u * b];
    update_squares += partials[2u * b + 1u];
  }
  let weight_total = row_sum(lane, weight_squares);
  let update_total = row_sum(lane, update_squares);
  if (lane == 0u) {
    let scaled = decays[tensor] != 0u && weight_total > 0.0 && update_total > 0.0;
    ratios[tensor] = select(1.0, sqrt(weight_total) / sqrt(update_total), scaled);
  }
}
`;

export const lambApply = wgsl`
// LAMB's step: w −= learning_rate·ratio·u, u = m/(√v + ε) + decay·w. Writes nothing if flag[0] is set. One workgroup per block.
fn main(block: u32, lane: u32) {
  if (block >= parameters.block_count || flag[0] != 0u) {
    return;
  }
  let start = blocks[3u * block] / 4u;
  let count = blocks[3u * block + 1u];
  let owner = blocks[3u * block + 2u];
  let decay = decay_of(owner);
  let rate = parameters.learning_rate * ratios[owner / 2u];
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let at = start + i;
    let w = weights[at];
    let update = m[at] / (sqrt(v[at]) + parameters.epsilon) + decay * w;
    weights[at] = select(w, w - rate * update, inside(i, count));
  }
}
`;

export const adamw = wgsl`
// AdamW without bias correction: g = gradients·norm[1]; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²;
// w −= learning_rate·(m/(√v + ε) + decay·w). Writes nothing if flag[0] is set. One workgroup per block.
// google-research/bert, optimization.py.
fn main(block: u32, lane: u32) {
  if (block >= parameters.block_count || flag[0] != 0u) {
    return;
  }
  let start = blocks[3u * block] / 4u;
  let count = blocks[3u * block + 1u];
  let decay = decay_of(blocks[3u * block + 2u]);
  let clip = norm[1];
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let at = start + i;
    let within = inside(i, count);
    let g = gradients[at] * clip;
    let w = weights[at];
    let old_m = m[at];
    let old_v = v[at];
    let first = parameters.beta1 * old_m + parameters.one_minus_beta1 * g;
    let second = parameters.beta2 * old_v + parameters.one_minus_beta2 * (g * g);
    let update = first / (sqrt(second) + parameters.epsilon) + decay * w;
    m[at] = select(old_m, first, within);
    v[at] = select(old_v, second, within);
    weights[at] = select(w, w - parameters.learning_rate * update, within);
  }
}
`;

export const lossScale = wgsl`
// Dynamic loss scaling. state = scale, good steps since its last change, skipped steps, whether it failed. A step with NaN or infinity
// (flag) was skipped: the scale is halved and the flag cleared, unless the scale is 1 already; then the flag stays set. After interval
// good steps the scale doubles, up to largest.
fn main() {
  let scale = state[0];
  if (flag[0] != 0u) {
    if (state[3] == 0.0) { state[2] += 1.0; }
    state[1] = 0.0;
    if (scale <= 1.0) {
      state[3] = 1.0;
    } else {
      state[0] = scale / 2.0;
      flag[0] = 0u;
    }
    return;
  }
  let good = state[1] + 1.0;
  if (u32(good) >= parameters.interval && scale < parameters.largest) {
    state[0] = scale * 2.0;
    state[1] = 0.0;
  } else {
    state[1] = good;
  }
}
`;
