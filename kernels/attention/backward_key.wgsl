
// dK = dSᵀ·Q and dV = Pᵀ·dO of each head. A workgroup makes CHUNK columns of TILE keys and walks the queries by tiles; one key
// place, one workgroup, so that nobody else adds to its sums.
@group(0) @binding(1) var<storage, read> query: array<Four>;
@group(0) @binding(2) var<storage, read> key: array<Four>;
@group(0) @binding(3) var<storage, read> value: array<Four>;
@group(0) @binding(4) var<storage, read> dout: array<Four>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> statistics: array<f32>;
@group(0) @binding(7) var<storage, read_write> dkey: array<Four>;
@group(0) @binding(8) var<storage, read_write> dvalue: array<Four>;

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.x + group.y * grid.x;
  if (index >= parameters.batch * parameters.heads * blocks_of_a_head() * chunks_of_a_head()) {
    return;
  }
  let place = place_of(index);
  let keys = keys_of(place);
  let x = local % ACROSS;
  let y = local / ACROSS;
  let sequence = parameters.sequence;
  var key_sums = array<vec4f, 4>();
  var value_sums = array<vec4f, 4>();
  // Blocks of nothing but padding have gradients of zero.
  let queries = select(0u, sequence, place.first < keys);
  for (var first = 0u; first < queries; first += TILE) {
    let found = slopes_of(place, first, place.first, keys, local);
    put(found.weights, x, y);
    bring_dout(place, first, sequence, local);
    value_sums = add_columns(value_sums, x, y);
    workgroupBarrier();
    put(found.slopes, x, y);
    bring_query(place, first, sequence, local);
    key_sums = add_columns(key_sums, x, y);
  }
  store_dkey(place, key_sums, x, y);
  store_dvalue(place, value_sums, x, y);
}
