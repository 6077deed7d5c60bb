// AdamW without bias correction: g = gradients·norm[1]; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²;
// w −= learning_rate·(m/(√v + ε) + decay·w). Nothing where flag[0] is set. One workgroup a block.
// google-research/bert, optimization.py.
struct Parameters {
  block_count: u32,
  beta1: f32,
  beta2: f32,
  one_minus_beta1: f32,
  one_minus_beta2: f32,
  epsilon: f32,
  weight_decay: f32,
  learning_rate: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> gradients: array<Value>;
@group(0) @binding(2) var<storage, read> norm: array<f32>;
@group(0) @binding(3) var<storage, read> flag: array<u32>;
@group(0) @binding(4) var<storage, read> blocks: array<u32>;
@group(0) @binding(5) var<storage, read> decays: array<u32>;
@group(0) @binding(6) var<storage, read_write> weights: array<Value>;
@group(0) @binding(7) var<storage, read_write> m: array<Value>;
@group(0) @binding(8) var<storage, read_write> v: array<Value>;

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
  let decay = select(0.0, parameters.weight_decay, decays[blocks[3u * b + 2u]] != 0u);
  let clip = norm[1];
  for (var i = lane; i < (count + 3u) / 4u; i += LANES) {
    let at = start + i;
    let within = inside(i, count);
    let g = gradients[at] * clip;
    let w = weights[at];
    let old_m = m[at];
    let old_v = v[at];
    let first = parameters.beta1 * old_m + parameters.one_minus_beta1 * g;
    let second = parameters.beta2 * old_v + parameters.one_minus_beta2 * (g * g);
    let update = first / (sqrt(second) + parameters.epsilon) + decay * w;
    m[at] = select(old_m, first, within);
    v[at] = select(old_v, second, within);
    weights[at] = select(w, w - parameters.learning_rate * update, within);
  }
}
