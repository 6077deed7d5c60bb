// partial[b] = Σ x² of block b. One workgroup a block.
struct Parameters {
  block_count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> blocks: array<u32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let b = group.x + group.y * grid.x;
  if (b >= parameters.block_count) {
    return;
  }
  let start = blocks[3u * b];
  let end = start + blocks[3u * b + 1u];
  var squares = 0.0;
  for (var i = start + lane; i < end; i += LANES) {
    squares += x[i] * x[i];
  }
  let total = row_sum(lane, squares);
  if (lane == 0u) {
    partials[b] = total;
  }
}
