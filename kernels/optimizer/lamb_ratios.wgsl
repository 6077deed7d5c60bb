// Trust ratios: tensor t has blocks tensor_blocks[t] … tensor_blocks[t + 1] − 1; ‖w‖/‖u‖ where it decays and both are above 0,
// else 1. One workgroup a tensor. You et al., arXiv 1904.00962, without a bound on the ratio, as google-research/albert has it.
struct Parameters {
  tensors: u32,
  block_count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> partials: array<f32>;
@group(0) @binding(2) var<storage, read> blocks: array<u32>;
@group(0) @binding(3) var<storage, read> tensor_blocks: array<u32>;
@group(0) @binding(4) var<storage, read> decays: array<u32>;
@group(0) @binding(5) var<storage, read_write> ratios: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let tensor = row_of(group.x + group.y * grid.x, local);
  let lane = lane_of(local);
  if (tensor >= parameters.tensors) {
    return;
  }
  let end = tensor_blocks[tensor + 1u];
  var weight_squares = 0.0;
  var update_squares = 0.0;
  for (var b = tensor_blocks[tensor] + lane; b < end; b += LANES) {
    weight_squares += partials[2u * b];
    update_squares += partials[2u * b + 1u];
  }
  let weight_total = row_sum(lane, weight_squares);
  let update_total = row_sum(lane, update_squares);
  if (lane == 0u) {
    let scaled = decays[tensor] != 0u && weight_total > 0.0 && update_total > 0.0;
    ratios[tensor] = select(1.0, sqrt(weight_total) / sqrt(update_total), scaled);
  }
}
