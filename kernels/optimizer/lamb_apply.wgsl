// LAMB's step: w −= learning_rate·ratio·u, u = m/(√v + ε) + decay·w. Nothing where flag[0] is set. One workgroup a block.
struct Parameters {
  block_count: u32,
  epsilon: f32,
  weight_decay: f32,
  learning_rate: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> m: array<Value>;
@group(0) @binding(2) var<storage, read> v: array<Value>;
@group(0) @binding(3) var<storage, read> flag: array<u32>;
@group(0) @binding(4) var<storage, read> blocks: array<u32>;
@group(0) @binding(5) var<storage, read> decays: array<u32>;
@group(0) @binding(6) var<storage, read> ratios: array<f32>;
@group(0) @binding(7) var<storage, read_write> weights: array<Value>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let b = row_of(group.x + group.y * grid.x, local);
  let lane = lane_of(local);
  if (b >= parameters.block_count || flag[0] != 0u) {
    return;
  }
  let start = blocks[3u * b] / 4u;
  let count = blocks[3u * b + 1u];
  let tensor = blocks[3u * b + 2u];
  let decay = select(0.0, parameters.weight_decay, decays[tensor] != 0u);
  let rate = parameters.learning_rate * ratios[tensor];
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let at = start + i;
    let w = weights[at];
    let update = m[at] / (sqrt(v[at]) + parameters.epsilon) + decay * w;
    weights[at] = select(w, w - rate * update, inside(i, count));
  }
}
