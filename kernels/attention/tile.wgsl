// What the attention kernels for graphics cards share: tiles of TILE queries by TILE keys in workgroup memory.
//
// A workgroup of ACROSS x DOWN invocations makes CHUNK columns of TILE rows of a result, so that a head of any size takes the same
// registers; wider heads compute their scores once for each chunk. Invocation (x, y) has the scores of queries 4·y … 4·y + 3 with
// the keys x and x + ACROSS, as two vec4, and of the result the columns 4·x … 4·x + 3 of rows 4·y … 4·y + 3.

const TILE = 32u;
const ACROSS = 16u;
const DOWN = 8u;
const INVOCATIONS = ACROSS * DOWN;
const CHUNK = 4u * ACROSS;
// Groups of four numbers of a head that a product takes at a time, and an unused one that keeps rows in different banks.
const GROUPS = /*groups*/u;
const PITCH = GROUPS + 1u;
const WEIGHTS_PITCH = TILE + 1u;

// Two operands of a product of tokens by tokens, one after the other, or one of tile by tokens.
var<workgroup> tile: array<vec4f, /*length*/u>;
// The tile of probabilities or of their gradients, query by query.
var<workgroup> weights: array<f32, TILE * WEIGHTS_PITCH>;

// Where a workgroup works.
struct Place {
  // Of the example, in `lengths`.
  example: u32,
  // Row of query 0 of this head in what has a row for each head and query.
  row: u32,
  // First element of token 0 of this head.
  start: u32,
  // First query or key of the place.
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
    example * parameters.sequence * parameters.pitch + (head % parameters.heads) * parameters.size,
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

// Puts the scores of an invocation into `weights`.
fn put(scores: array<vec4f, 2>, x: u32, y: u32) {
  for (var r = 0u; r < 4u; r++) {
    weights[(4u * y + r) * WEIGHTS_PITCH + x] = scores[0][r];
    weights[(4u * y + r) * WEIGHTS_PITCH + x + ACROSS] = scores[1][r];
  }
}
