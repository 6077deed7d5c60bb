/**
 * WGSL that the attention kernels by tiles share.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const tile = wgsl`
// Shared by the attention kernels for GPUs: tiles of TILE queries by TILE keys in workgroup memory.
//
// A workgroup of ACROSS x DOWN invocations computes CHUNK columns of TILE rows of a result, so that heads of any size need the same
// registers; for wider heads, each chunk computes the scores again. Invocation (x, y) has the scores of queries 4·y … 4·y + 3 with the
// keys x and x + ACROSS, as two vec4, and of the result the columns 4·x … 4·x + 3 of rows 4·y … 4·y + 3.

const TILE = 32u;
const ACROSS = 16u;
const DOWN = 8u;
const INVOCATIONS = ACROSS * DOWN;
const CHUNK = 4u * ACROSS;
// Groups of four elements of a head that a product takes at a time, and an unused one that keeps rows in different banks.
const GROUPS = /*groups*/u;
const PITCH = GROUPS + 1u;
const WEIGHTS_PITCH = TILE + 1u;

// Two operands of a product of tokens, one after the other, or one that is multiplied by weights.
var<workgroup> tile: array<vec4f, /*length*/u>;
// The tile of probabilities or of their gradients, one query after the other.
var<workgroup> weights: array<f32, TILE * WEIGHTS_PITCH>;

// The part of the result that a workgroup computes.
struct Place {
  // Index into lengths.
  example: u32,
  // Row of query 0 of this head in arrays with a row for each head and query.
  row: u32,
  // Row of token 0 of the example in arrays with a row for each token.
  token: u32,
  // First column of the head in these arrays.
  start: u32,
  // First query or key.
  first: u32,
  // First column of the chunk.
  column: u32,
}

fn blocks_of_a_head() -> u32 {
  return (parameters.sequence + TILE - 1u) / TILE;
}

fn chunks_of_a_head() -> u32 {
  return (parameters.size + CHUNK - 1u) / CHUNK;
}

fn place_of(index: u32) -> Place {
  let chunk = index % chunks_of_a_head();
  let tile_index = index / chunks_of_a_head();
  let head = tile_index / blocks_of_a_head();
  let example = head / parameters.heads;
  return Place(
    example,
    head * parameters.sequence,
    example * parameters.sequence,
    head % parameters.heads * parameters.size,
    tile_index % blocks_of_a_head() * TILE,
    chunk * CHUNK
  );
}

fn keys_of(place: Place) -> u32 {
  return min(lengths[place.example], parameters.sequence);
}

// sums[r] + Σ_j weights[4·y + r, j]·tile[j], for the columns of this invocation.
fn add_rows(sums: array<vec4f, 4>, x: u32, y: u32) -> array<vec4f, 4> {
  var sum_0 = sums[0];
  var sum_1 = sums[1];
  var sum_2 = sums[2];
  var sum_3 = sums[3];
  let start = 4u * y * WEIGHTS_PITCH;
  for (var j = 0u; j < TILE; j++) {
    let four = tile[j * ACROSS + x];
    sum_0 += weights[start + j] * four;
    sum_1 += weights[start + WEIGHTS_PITCH + j] * four;
    sum_2 += weights[start + 2u * WEIGHTS_PITCH + j] * four;
    sum_3 += weights[start + 3u * WEIGHTS_PITCH + j] * four;
  }
  return array<vec4f, 4>(sum_0, sum_1, sum_2, sum_3);
}

// sums[r] + Σ_i weights[i, 4·y + r]·tile[i]: the same with the weights transposed.
fn add_columns(sums: array<vec4f, 4>, x: u32, y: u32) -> array<vec4f, 4> {
  var sum_0 = sums[0];
  var sum_1 = sums[1];
  var sum_2 = sums[2];
  var sum_3 = sums[3];
  for (var i = 0u; i < TILE; i++) {
    let start = i * WEIGHTS_PITCH + 4u * y;
    let four = tile[i * ACROSS + x];
    sum_0 += weights[start] * four;
    sum_1 += weights[start + 1u] * four;
    sum_2 += weights[start + 2u] * four;
    sum_3 += weights[start + 3u] * four;
  }
  return array<vec4f, 4>(sum_0, sum_1, sum_2, sum_3);
}

// Writes the scores of an invocation into weights.
fn put(scores: array<vec4f, 2>, x: u32, y: u32) {
  for (var r = 0u; r < 4u; r++) {
    weights[(4u * y + r) * WEIGHTS_PITCH + x] = scores[0][r];
    weights[(4u * y + r) * WEIGHTS_PITCH + x + ACROSS] = scores[1][r];
  }
}
`;

export const operand = wgsl`
// Four elements of a token of this head, from column on; zero for tokens from end on and beyond the head.
fn /*name*/_four(place: Place, token: u32, end: u32, column: u32) -> vec4f {
  if (token >= end || column >= parameters.size) {
    return vec4f();
  }
  let index = (place.token + token) * parameters./*pitch*/ + place.start + column;
//#if vector
  return /*name*/[index / 4u];
//#else
  let last = parameters.size - 1u - column;
  let four = vec4f(
    /*name*/[index],
    /*name*/[index + min(1u, last)],
    /*name*/[index + min(2u, last)],
    /*name*/[index + min(3u, last)]
  );
  return select(vec4f(), four, vec4u(0u, 1u, 2u, 3u) <= vec4u(last));
//#end
}

// Loads a chunk of the tokens first … first + TILE − 1 into tile.
fn load_/*name*/(place: Place, first: u32, end: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < TILE * ACROSS; i += INVOCATIONS) {
    tile[i] = /*name*/_four(place, first + i / ACROSS, end, place.column + 4u * (i % ACROSS));
  }
  workgroupBarrier();
}
`;

export const product = wgsl`
// Dot products of the queries' and the keys' vectors, over the whole head.
fn /*left*/_by_/*right*/(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> array<vec4f, 2> {
  let x = local % ACROSS;
  let y = local / ACROSS;
  var sums = array<vec4f, 2>();
  for (var column = 0u; column < parameters.size; column += 4u * GROUPS) {
    workgroupBarrier();
    for (var i = local; i < TILE * GROUPS; i += INVOCATIONS) {
      let row = i / GROUPS;
      let group = i % GROUPS;
      let first = column + 4u * group;
      tile[row * PITCH + group] = /*left*/_four(place, first_query + row, parameters.sequence, first);
      tile[(TILE + row) * PITCH + group] = /*right*/_four(place, first_key + row, keys, first);
    }
    workgroupBarrier();
    for (var group = 0u; group < GROUPS; group++) {
      let a_0 = tile[(4u * y) * PITCH + group];
      let a_1 = tile[(4u * y + 1u) * PITCH + group];
      let a_2 = tile[(4u * y + 2u) * PITCH + group];
      let a_3 = tile[(4u * y + 3u) * PITCH + group];
      let b_0 = tile[(TILE + x) * PITCH + group];
      let b_1 = tile[(TILE + ACROSS + x) * PITCH + group];
      sums[0] += vec4f(dot(a_0, b_0), dot(a_1, b_0), dot(a_2, b_0), dot(a_3, b_0));
      sums[1] += vec4f(dot(a_0, b_1), dot(a_1, b_1), dot(a_2, b_1), dot(a_3, b_1));
    }
  }
  return sums;
}
`;

export const result = wgsl`
// Stores an invocation's part of a result: the rows from first + 4·y on that are inside the sequence.
fn store_/*name*/(place: Place, sums: array<vec4f, 4>, x: u32, y: u32) {
  var found = sums;
  let column = place.column + 4u * x;
  for (var r = 0u; r < 4u; r++) {
    let token = place.first + 4u * y + r;
    if (token >= parameters.sequence || column >= parameters.size) {
      continue;
    }
    let index = (place.token + token) * parameters./*pitch*/ + place.start + column/*column*/;
//#if vector
    /*binding*/[index / 4u] = found[r];
//#else
    for (var c = 0u; c < min(4u, parameters.size - column); c++) {
      /*binding*/[index + c] = found[r][c];
    }
//#end
  }
}
`;

export const slopes = wgsl`
// Probabilities from the row's log-sum-exp, with the dropout of the forward pass, and the gradients of the scores, scale·P·(dP − δ), with
// dP masked likewise: four queries with two keys per invocation, zero outside the matrix.
struct Slopes {
  weights: array<vec4f, 2>,
  slopes: array<vec4f, 2>,
}

fn slopes_of(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> Slopes {
  let scores = query_by_key(place, first_query, first_key, keys, local);
  let gradients = dout_by_value(place, first_query, first_key, keys, local);
  let x = local % ACROSS;
  let y = local / ACROSS;
  var result = Slopes();
  for (var r = 0u; r < 4u; r++) {
    let i = first_query + 4u * y + r;
    if (i >= parameters.sequence) {
      continue;
    }
    let log_sum_exp = statistics[2u * (place.row + i)];
    let delta = statistics[2u * (place.row + i) + 1u];
    for (var half = 0u; half < 2u; half++) {
      let j = first_key + x + half * ACROSS;
      if (j >= keys) {
        continue;
      }
      let score = select(scores[0][r], scores[1][r], half == 1u);
      let gradient = select(gradients[0][r], gradients[1][r], half == 1u);
      let probability = exponential(parameters.scale * score - log_sum_exp);
//#if dropout
      // Infinity times a zero factor would be NaN.
      let kept = dropout(1.0, place.row + i, j, parameters.sequence) != 0.0;
      let kept_gradient = select(0.0, gradient * parameters.keep_scale, kept);
      result.weights[half][r] = select(0.0, probability * parameters.keep_scale, kept);
      result.slopes[half][r] = parameters.scale * probability * (kept_gradient - delta);
//#else
      result.weights[half][r] = probability;
      result.slopes[half][r] = parameters.scale * probability * (gradient - delta);
//#end
    }
  }
  return result;
}
`;
