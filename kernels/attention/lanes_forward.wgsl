
// out = softmax(scale·Q·Kᵀ)·V of each head, keys beyond the example's length left out, and the log of the sum of exponents of each
// row. The keys come in blocks: scores of a block, then the largest so far and the exponents relative to
// it, then the block's values; earlier sums shrink by a factor whenever a larger score has come.
@group(0) @binding(1) var query: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var key: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var value: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> log_sum_exp: array<f32>;

const BLOCK = 16u;

// Where a search for the largest starts: WGSL cannot write an infinity.
const LEAST = -3.4028234e38;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let place = place_of(group.x + group.y * grid.x);
  if (place.head >= parameters.batch * parameters.heads) {
    return;
  }
  let sequence = parameters.sequence;
  let own = place.first + OWNED * lane;
  //#lines own
  //#lines results

  // Of the own queries with each key of a block.
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
  let lse = largest + log(total);
  //#lines stores
}
