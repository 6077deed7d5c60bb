/**
 * WGSL that the attention kernels by tiles share.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const tile = wgsl`
// Shared by the attention kernels for GPUs: tiles of TILE queries by TILE keys in workgroup memory.
//
// A workgroup of INVOCATIONS computes CHUNK columns of TILE rows of a result, so that heads of any size need the same registers; for wider
// heads, each chunk computes the scores again. Each invocation has the scores of two queries with four neighboring keys (score_query,
// score_key), and of the result four columns of four rows (result_column, result_row).
//
// Layout: what an invocation multiplies has constant indices, apart from those of the invocation itself, because compilers check others.
//   operands  the factor of weights: [token / 16][column / 4][token % 16];
//             of two operands of a product, GROUPS groups of four elements: [query / 2 % 2][query / 4][query % 2, group], and
//             [key / 2 % 2][8 + key / 4][key % 2, group]
//   weights   probabilities or their gradients, four rows of the result per element: [column / 16][row / 4][column % 16][row % 4]
// One unused group at each end keeps neighbors in different memory banks.

const TILE = 32u;
const INVOCATIONS = 128u;
const ACROSS = 16u;
const CHUNK = 4u * ACROSS;
const GROUPS = 8u;

var<workgroup> operands: array<array<array<vec4f, 17>, 16>, 2>;
var<workgroup> weights: array<array<array<vec4f, 17>, 8>, 2>;

fn score_query(local: u32) -> u32 {
  return 2u * (local / 8u);
}

fn score_key(local: u32) -> u32 {
  return 4u * (local % 8u);
}

fn result_row(local: u32) -> u32 {
  return 4u * (local / ACROSS);
}

fn result_column(local: u32) -> u32 {
  return 4u * (local % ACROSS);
}

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

// sums[r] + Σ_j weights[row + r, j]·operands[j], for the rows and columns of this invocation and at least the first tokens. The number of
// iterations is not a constant, so that compilers do not unroll them further and spill registers.
fn add_weighted(sums: array<vec4f, 4>, tokens: u32, local: u32) -> array<vec4f, 4> {
  let x = local % ACROSS;
  let y = local / ACROSS;
  var sum_0 = sums[0];
  var sum_1 = sums[1];
  var sum_2 = sums[2];
  var sum_3 = sums[3];
  for (var half = 0u; half < 2u && 16u * half < tokens; half++) {
    //#lines weighted
  }
  return array<vec4f, 4>(sum_0, sum_1, sum_2, sum_3);
}

// Writes an invocation's scores into weights: rows of the result are queries.
fn put_by_query(scores: array<vec4f, 2>, local: u32) {
  let row = score_query(local) / 4u;
  let first = score_query(local) % 4u;
  let half = score_key(local) / 16u;
  let column = score_key(local) % 16u;
  //#lines by_query
}

// The same if rows of the result are keys.
fn put_by_key(scores: array<vec4f, 2>, local: u32) {
  let row = score_key(local) / 4u;
  let half = score_query(local) / 16u;
  let column = score_query(local) % 16u;
  weights[half][row][column] = scores[0];
  weights[half][row][column + 1u] = scores[1];
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

// Loads a chunk of the tokens first … first + TILE − 1 into operands.
fn load_/*name*/(place: Place, first: u32, end: u32, local: u32) {
  workgroupBarrier();
  for (var i = local; i < TILE * ACROSS; i += INVOCATIONS) {
    let token = i / ACROSS;
    let group = i % ACROSS;
    operands[token / 16u][group][token % 16u] = /*name*/_four(place, first + token, end, place.column + 4u * group);
  }
  workgroupBarrier();
}
`;

export const product = wgsl`
// Dot products of the queries' and the keys' vectors, over the whole head: of two queries with four keys.
fn /*left*/_by_/*right*/(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> array<vec4f, 2> {
  let x = local % 8u;
  let y = local / 8u;
  var sum_0 = vec4f();
  var sum_1 = vec4f();
  for (var column = 0u; column < parameters.size; column += 4u * GROUPS) {
    workgroupBarrier();
    for (var i = local; i < TILE * GROUPS; i += INVOCATIONS) {
      let token = i / GROUPS;
      let group = i % GROUPS;
      let first = column + 4u * group;
      let half = token / 2u % 2u;
      let index = token % 2u * GROUPS + group;
      operands[half][token / 4u][index] = /*left*/_four(place, first_query + token, parameters.sequence, first);
      operands[half][8u + token / 4u][index] = /*right*/_four(place, first_key + token, keys, first);
    }
    workgroupBarrier();
    //#lines products
  }
  return array<vec4f, 2>(sum_0, sum_1);
}
`;

export const result = wgsl`
// Stores an invocation's part of a result: its rows that are inside the sequence.
fn store_/*name*/(place: Place, sums: array<vec4f, 4>, local: u32) {
  var found = sums;
  let column = place.column + result_column(local);
  for (var r = 0u; r < 4u; r++) {
    let token = place.first + result_row(local) + r;
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
// dP masked likewise: two queries with four keys per invocation, zero outside the matrix.
struct Slopes {
  weights: array<vec4f, 2>,
  slopes: array<vec4f, 2>,
}

struct Slope {
  weight: Value,
  slope: Value,
}

//#if vector
fn inside(key: u32, keys: u32) -> vec4<bool> {
  return vec4(key) + vec4(0u, 1u, 2u, 3u) < vec4(keys);
}
//#end

// Of query i with the keys from j on.
fn slope_of(place: Place, i: u32, j: u32, keys: u32, score: Value, gradient: Value) -> Slope {
  if (i >= parameters.sequence || j >= keys) {
    return Slope();
  }
  let log_sum_exp = statistics[2u * (place.row + i)];
  let delta = statistics[2u * (place.row + i) + 1u];
  let probability = exponential(parameters.scale * score - log_sum_exp);
//#if dropout
  // Infinity times a zero factor would be NaN.
  let kept = dropout(Value(1.0), place.row + i, j, parameters.sequence) != Value(0.0);
  let kept_gradient = select(Value(0.0), gradient * parameters.keep_scale, kept);
  let weight = select(Value(0.0), probability * parameters.keep_scale, kept);
  let slope = parameters.scale * probability * (kept_gradient - delta);
//#else
  let weight = probability;
  let slope = parameters.scale * probability * (gradient - delta);
//#end
//#if vector
  return Slope(select(Value(0.0), weight, inside(j, keys)), select(Value(0.0), slope, inside(j, keys)));
//#else
  return Slope(weight, slope);
//#end
}

fn slopes_of(place: Place, first_query: u32, first_key: u32, keys: u32, local: u32) -> Slopes {
  let scores = query_by_key(place, first_query, first_key, keys, local);
  let gradients = dout_by_value(place, first_query, first_key, keys, local);
  let i = first_query + score_query(local);
  let j = first_key + score_key(local);
  //#lines slopes
}
`;
