/**
 * WGSL of attention for CPU adapters.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const value = wgsl`
// One element of each token that a lane owns.
alias Value = vec/*owned*/<f32>;
alias Bits = vec/*owned*/<u32>;
alias Integers = vec/*owned*/<i32>;
`;

export const lanes = wgsl`
// Shared by the attention kernels for adapters that run on the CPU.
//
// A workgroup is one subgroup. Each lane owns OWNED neighboring tokens, queries or keys, and keeps their vectors and sums; the other
// tokens of the sequence are processed one at a time. Their vectors are read as textures, a few texels per lane, and broadcast from
// fixed lanes, which is the cheapest way to read on these adapters (see matmul/texture.wgsl.ts); no workgroup memory or barriers are
// needed. The size of a head is part of the text, since every element of a vector is a register: in a loop over elements, each would be
// loaded from memory again for every token.
//
// Layout of a texture: row r of [batch·sequence, heads·size] is in texture row r % SIDE, column block r / SIDE.

const LANES = /*lanes*/u;
const OWNED = /*owned*/u;
const TOKENS = OWNED * LANES;
// Groups of four elements of a head.
const GROUPS = /*groups*/u;
const SIDE = /*side*/u;
const PAD = /*pad*/u;

// The part of the result that a workgroup computes: the same for all its lanes, which broadcasts in loops over keys require.
struct Place {
  // Index of the head, over all examples.
  head: u32,
  // Row of token 0 of the example.
  first_token: u32,
  // First group of the head in a row.
  texel: u32,
  // Keys of the example.
  keys: u32,
  // First token of the workgroup.
  first: u32,
}

fn place_of(index: u32) -> Place {
  let tiles_of_a_head = (parameters.sequence + TOKENS - 1u) / TOKENS;
  let head = index / tiles_of_a_head;
  let example = head / parameters.heads;
  return Place(
    head,
    example * parameters.sequence,
    head % parameters.heads * GROUPS,
    min(lengths[example], parameters.sequence),
    index % tiles_of_a_head * TOKENS
  );
}

// Texture coordinates of a group of a row.
fn texel_of(row: u32, texel: u32) -> vec2u {
  return vec2u(row / SIDE * (parameters.heads * GROUPS + PAD) + texel, row % SIDE);
}
//#if dropout

// Which of the keys column … column + 3 of a row are kept.
fn kept_four(row: u32, column: u32) -> vec4<bool> {
  let example = parameters.first_example + row / parameters.rows_per_example;
  let element = (row % parameters.rows_per_example) * parameters.sequence + column;
  let seed = vec2(parameters.seed_low, parameters.seed_high);
  let low = philox(vec4(element / 4u, example, parameters.step, parameters.stream), seed);
//#if ragged
  // Four neighbors that span two blocks of random words.
  let high = philox(vec4(element / 4u + 1u, example, parameters.step, parameters.stream), seed);
  let even = select(low, vec4(low.zw, high.xy), element % 4u >= 2u);
  let odd = select(vec4(low.yzw, high.x), vec4(low.w, high.xyz), element % 4u >= 2u);
  return select(even, odd, element % 2u == 1u) >= vec4(parameters.threshold);
//#else
  return low >= vec4(parameters.threshold);
//#end
}

// Which of a lane's own keys, from column on, a row keeps.
fn kept_own(row: u32, column: u32) -> vec/*owned*/<bool> {
//#if owned == 4
  return kept_four(row, column);
//#else
//#if ragged
  return kept_four(row, column).xy;
//#else
  let four = kept_four(row, column - column % 4u);
  return select(four.xy, four.zw, vec2(column % 4u != 0u));
//#end
//#end
}
//#end
`;

export const forward = wgsl`
// out = softmax(scale·Q·Kᵀ)·V of each head over the example's keys, and the log-sum-exp of each row. Keys are processed in blocks: the
// scores of a block, the running maximum and the exponentials relative to it, then the block's values; earlier sums are scaled down when
// the maximum grows.

const BLOCK = 16u;

// Start of a search for the maximum: WGSL has no literal for infinity.
const LEAST = -3.4028234e38;

fn main(workgroup_index: u32, lane: u32) {
  let place = place_of(workgroup_index);
  if (place.head >= parameters.batch * parameters.heads) {
    return;
  }
  let sequence = parameters.sequence;
  let own = place.first + OWNED * lane;
  //#lines own
  //#lines results

  // Scores of the owned queries with each key of a block.
  var scores: array<Value, BLOCK>;
  var largest = Value(LEAST);
  var total = Value(0.0);
  for (var first = 0u; first < place.keys; first += BLOCK) {
    let count = min(BLOCK, place.keys - first);
    let before = largest;
    for (var j = 0u; j < count; j++) {
      let row = place.first_token + first + j;
      //#lines keys
      //#lines products
      let score = parameters.scale * Value(/*scores*/);
      scores[j] = score;
      largest = max(largest, score);
    }
    let factor = exponential(before - largest);
    total *= factor;
    //#lines shrink
    for (var j = 0u; j < count; j++) {
      let e = exponential(scores[j] - largest);
      total += e;
      scores[j] = e;
    }
    //#if dropout
    for (var j = 0u; j < count; j += 4u) {
      //#lines masks
    }
    //#end
    for (var j = 0u; j < count; j++) {
      let row = place.first_token + first + j;
      let weight = scores[j];
      //#lines values
      //#lines sums
    }
  }
  // NaN stays NaN, see logarithm().
  let is_nan = (bitcast<Bits>(total) & Bits(0x7fffffffu)) > Bits(0x7f800000u);
  let lse = largest + select(log(total), total, is_nan);
  //#lines stores
}
`;

export const backwardQuery = wgsl`
// dQ = dS·K of each head, dS = scale·P·(dP − δ).
fn main(workgroup_index: u32, lane: u32) {
  let place = place_of(workgroup_index);
  if (place.head >= parameters.batch * parameters.heads) {
    return;
  }
  let sequence = parameters.sequence;
  let own = place.first + OWNED * lane;
  //#lines own
  //#lines statistics
  //#lines results

  for (var first = 0u; first < place.keys; first += 4u) {
    //#if dropout
    //#lines masks
    //#end
    for (var j = 0u; j < min(4u, place.keys - first); j++) {
      let row = place.first_token + first + j;
      //#lines keys
      //#lines products
      let scores = parameters.scale * Value(/*scores*/);
      let probability = exponential(scores - log_sum_exp);
      var gradient = Value(/*gradients*/);
      //#if dropout
      let kept = vec/*owned*/(/*kept*/);
      gradient = select(Value(0.0), parameters.keep_scale * gradient, kept);
      //#end
      let slope = parameters.scale * probability * (gradient - delta);
      //#lines sums
    }
  }
  //#lines stores
}
`;

export const backwardKey = wgsl`
// dK = dSᵀ·Q and dV = Pᵀ·dO of each head; zero for keys beyond the example's length.
fn main(workgroup_index: u32, lane: u32) {
  let place = place_of(workgroup_index);
  if (place.head >= parameters.batch * parameters.heads) {
    return;
  }
  let sequence = parameters.sequence;
  let own = place.first + OWNED * lane;
  let inside = Bits(own) + Bits(/*offsets*/) < Bits(place.keys);
  //#lines own
  //#lines results

  // If all keys are padding, the results are zero.
  let queries = select(0u, sequence, place.first < place.keys);
  for (var i = 0u; i < queries; i++) {
    let row = place.first_token + i;
    //#lines queries
    //#lines products
    let scores = parameters.scale * Value(/*scores*/);
    let log_sum_exp = statistics[2u * (place.head * sequence + i)];
    let delta = statistics[2u * (place.head * sequence + i) + 1u];
    let probability = exponential(scores - log_sum_exp);
    var weight = probability;
    var gradient = Value(/*gradients*/);
    //#if dropout
    let kept = kept_own(place.head * sequence + i, own);
    weight = select(Value(0.0), parameters.keep_scale * weight, kept);
    gradient = select(Value(0.0), parameters.keep_scale * gradient, kept);
    //#end
    let slope = parameters.scale * probability * (gradient - delta);
    //#lines sums
  }
  //#lines stores
}
`;
