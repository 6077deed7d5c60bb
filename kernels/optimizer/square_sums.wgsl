// partial[b] = Σ x² of block b. One workgroup a block.
struct Parameters {
  block_count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> blocks: array<u32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let b = row_of(group.x + group.y * grid.x, local);
  let lane = lane_of(local);
  if (b >= parameters.block_count) {
    return;
  }
  let start = blocks[3u * b] / 4u;
  let count = blocks[3u * b + 1u];
  var squares = Value(0.0);
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let value = select(Value(0.0), x[start + i], inside(i, count));
    squares += value * value;
  }
  let total = row_sum(lane, lane_sum(squares));
  if (lane == 0u) {
    partials[b] = total;
  }
}
