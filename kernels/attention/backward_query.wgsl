
// dQ = dS·K of each head. A workgroup makes CHUNK columns of TILE queries and walks the keys by tiles.
@group(0) @binding(1) var<storage, read> query: array<Four>;
@group(0) @binding(2) var<storage, read> key: array<Four>;
@group(0) @binding(3) var<storage, read> value: array<Four>;
@group(0) @binding(4) var<storage, read> dout: array<Four>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> statistics: array<f32>;
@group(0) @binding(7) var<storage, read_write> dquery: array<Four>;

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
  var sums = array<vec4f, 4>();
  for (var first = 0u; first < keys; first += TILE) {
    let found = slopes_of(place, place.first, first, keys, local);
    put(found.slopes, x, y);
    bring_key(place, first, keys, local);
    sums = add_rows(sums, x, y);
  }
  store_dquery(place, sums, x, y);
}
