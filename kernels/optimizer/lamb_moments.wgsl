// LAMB's moments and norms. g = gradients·norm[1]; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²;
// u = m/(√v + ε) + decay·w; partials[2b], partials[2b + 1] = Σw², Σu² of block b. Nothing where flag[0] is set.
// One workgroup a block. google-research/albert, lamb_optimizer.py (no bias correction).
struct Parameters {
  block_count: u32,
  beta1: f32,
  beta2: f32,
  one_minus_beta1: f32,
  one_minus_beta2: f32,
  epsilon: f32,
  weight_decay: f32,
}

// `parameters` is taken: the uniform block is `parameters` in every kernel, the weights are `weights` here.
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> weights: array<Value>;
@group(0) @binding(2) var<storage, read> gradients: array<Value>;
@group(0) @binding(3) var<storage, read> norm: array<f32>;
@group(0) @binding(4) var<storage, read> flag: array<u32>;
@group(0) @binding(5) var<storage, read> blocks: array<u32>;
@group(0) @binding(6) var<storage, read> decays: array<u32>;
@group(0) @binding(7) var<storage, read_write> m: array<Value>;
@group(0) @binding(8) var<storage, read_write> v: array<Value>;
@group(0) @binding(9) var<storage, read_write> partials: array<f32>;

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
  // A set flag makes every block empty, so that all invocations still meet at the sums.
  let skip = flag[0] != 0u;
  let count = select(blocks[3u * b + 1u], 0u, skip);
  let decay = select(0.0, parameters.weight_decay, decays[blocks[3u * b + 2u]] != 0u);
  let clip = norm[1];
  var weight_squares = Value(0.0);
  var update_squares = Value(0.0);
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
    weight_squares += select(Value(0.0), w * w, within);
    update_squares += select(Value(0.0), update * update, within);
  }
  let weight_total = row_sum(lane, lane_sum(weight_squares));
  let update_total = row_sum(lane, lane_sum(update_squares));
  if (lane == 0u && !skip) {
    partials[2u * b] = weight_total;
    partials[2u * b + 1u] = update_total;
  }
}
