/**
 * WGSL entry points of attention by tiles.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const forward = wgsl`
// out = softmax(scale·Q·Kᵀ)·V of each head over the example's keys, and the log-sum-exp of each row. A workgroup computes CHUNK columns
// of TILE queries; it iterates over tiles of keys with the running maximum and the sum of exponentials relative to it (Milakov and
// Gimelshein 2018; Dao et al. 2022). Four invocations share the softmax of a row.

// Start of a search for the maximum: WGSL has no literal for infinity.
const LEAST = -3.4028234e38;

// Keys of a tile that one invocation turns into probabilities.
const SHARE = 8u;

var<workgroup> exchanged: array<f32, INVOCATIONS>;
// Factors of the rows' earlier terms after a larger score.
var<workgroup> factors: array<f32, TILE>;

fn exponent(x: f32) -> f32 {
  return lane_max(exponential(Value(x)));
}

fn load_weights(row: u32, key: u32) -> Value {
//#if vector
  return vec4f(
    weights[key / 16u][row / 4u][key % 16u][row % 4u],
    weights[key / 16u][row / 4u][key % 16u + 1u][row % 4u],
    weights[key / 16u][row / 4u][key % 16u + 2u][row % 4u],
    weights[key / 16u][row / 4u][key % 16u + 3u][row % 4u]
  );
//#else
  return weights[key / 16u][row / 4u][key % 16u][row % 4u];
//#end
}

fn store_weights(row: u32, key: u32, v: Value) {
//#if vector
  weights[key / 16u][row / 4u][key % 16u][row % 4u] = v.x;
  weights[key / 16u][row / 4u][key % 16u + 1u][row % 4u] = v.y;
  weights[key / 16u][row / 4u][key % 16u + 2u][row % 4u] = v.z;
  weights[key / 16u][row / 4u][key % 16u + 3u][row % 4u] = v.w;
//#else
  weights[key / 16u][row / 4u][key % 16u][row % 4u] = v;
//#end
}

// The elements from key first on, with those at end and beyond replaced by other.
fn until(end: u32, first: u32, v: Value, other: f32) -> Value {
//#if vector
  return select(Value(other), v, vec4(first) + vec4(0u, 1u, 2u, 3u) < vec4(end));
//#else
  return select(other, v, first < end);
//#end
}

fn main(workgroup_index: u32, local: u32) {
  if (workgroup_index >= parameters.batch * parameters.heads * blocks_of_a_head() * chunks_of_a_head()) {
    return;
  }
  let place = place_of(workgroup_index);
  let keys = keys_of(place);
  let row = local / 4u;
  let part = local % 4u * SHARE;

  var sums = array<vec4f, 4>();
  var largest = LEAST;
  var total = 0.0;
  for (var first = 0u; first < keys; first += TILE) {
    put_by_query(query_by_key(place, place.first, first, keys, local), local);
    workgroupBarrier();

    var highest = Value(LEAST);
    for (var i = 0u; i < SHARE; i += WIDTH) {
      highest = max(highest, until(keys, first + part + i, parameters.scale * load_weights(row, part + i), LEAST));
    }
    exchanged[local] = lane_max(highest);
    workgroupBarrier();
    let others = row * 4u;
    let before = largest;
    largest = max(largest, max(
      max(exchanged[others], exchanged[others + 1u]),
      max(exchanged[others + 2u], exchanged[others + 3u])
    ));
    let factor = exponent(before - largest);
    workgroupBarrier();

    var sum = Value(0.0);
    for (var i = 0u; i < SHARE; i += WIDTH) {
      let column = first + part + i;
      let e = until(keys, column, exponential(parameters.scale * load_weights(row, part + i) - largest), 0.0);
      sum += e;
//#if dropout
      store_weights(row, part + i, dropout(e, place.row + place.first + row, column, parameters.sequence));
//#else
      store_weights(row, part + i, e);
//#end
    }
    exchanged[local] = lane_sum(sum);
    if (part == 0u) {
      factors[row] = factor;
    }
    workgroupBarrier();
    total = total * factor + ((exchanged[others] + exchanged[others + 1u]) +
      (exchanged[others + 2u] + exchanged[others + 3u]));
    for (var r = 0u; r < 4u; r++) {
      sums[r] *= factors[result_row(local) + r];
    }
    load_value(place, first, keys, local);
    sums = add_weighted(sums, keys - first, local);
  }

  if (part == 0u) {
    factors[row] = total;
  }
  workgroupBarrier();
  for (var r = 0u; r < 4u; r++) {
    sums[r] /= factors[result_row(local) + r];
  }
  store_out(place, sums, local);
  if (part == 0u && place.column == 0u && place.first + row < parameters.sequence) {
    log_sum_exp[place.row + place.first + row] = largest + logarithm(total);
  }
}
`;

export const statistics = wgsl`
// What the backward pass needs of each row, interleaved: the log-sum-exp and δ = Σ_c out·dout, which equals Σ_j P_j·dP_j. One workgroup
// per row.
fn main(row: u32, lane: u32) {
  let heads = parameters.heads;
  let sequence = parameters.sequence;
  if (row >= parameters.batch * heads * sequence) {
    return;
  }
  let head = row / sequence;
  let token = head / heads * sequence + row % sequence;
  let start = (token * parameters.out_pitch + head % heads * parameters.size) / WIDTH;
  var sum = Value(0.0);
  for (var i = lane; i < parameters.size / WIDTH; i += LANES) {
    sum += out[start + i] * dout[start + i];
  }
  let delta = row_sum(lane, lane_sum(sum));
  if (lane == 0u) {
    statistics[2u * row] = log_sum_exp[row];
    statistics[2u * row + 1u] = delta;
  }
}
`;

export const backwardQuery = wgsl`
// dQ = dS·K of each head. A workgroup computes CHUNK columns of TILE queries and iterates over tiles of keys.
fn main(workgroup_index: u32, local: u32) {
  if (workgroup_index >= parameters.batch * parameters.heads * blocks_of_a_head() * chunks_of_a_head()) {
    return;
  }
  let place = place_of(workgroup_index);
  let keys = keys_of(place);
  var sums = array<vec4f, 4>();
  for (var first = 0u; first < keys; first += TILE) {
    let found = slopes_of(place, place.first, first, keys, local);
    put_by_query(found.slopes, local);
    load_key(place, first, keys, local);
    sums = add_weighted(sums, keys - first, local);
  }
  store_dquery(place, sums, local);
}
`;

export const backwardKey = wgsl`
// dK = dSᵀ·Q and dV = Pᵀ·dO of each head. A workgroup computes CHUNK columns of TILE keys and iterates over tiles of queries, so that
// no other workgroup adds to its sums.
fn main(workgroup_index: u32, local: u32) {
  if (workgroup_index >= parameters.batch * parameters.heads * blocks_of_a_head() * chunks_of_a_head()) {
    return;
  }
  let place = place_of(workgroup_index);
  let keys = keys_of(place);
  let sequence = parameters.sequence;
  var key_sums = array<vec4f, 4>();
  var value_sums = array<vec4f, 4>();
  // Blocks of padding have zero gradients.
  let queries = select(0u, sequence, place.first < keys);
  for (var first = 0u; first < queries; first += TILE) {
    let found = slopes_of(place, first, place.first, keys, local);
    put_by_key(found.weights, local);
    load_dout(place, first, sequence, local);
    value_sums = add_weighted(value_sums, sequence - first, local);
    workgroupBarrier();
    put_by_key(found.slopes, local);
    load_query(place, first, sequence, local);
    key_sums = add_weighted(key_sums, sequence - first, local);
  }
  store_dkey(place, key_sums, local);
  store_dvalue(place, value_sums, local);
}
`;
