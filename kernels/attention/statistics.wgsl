// Of each row of attention, side by side, what its backward pass needs: the log of the sum of exponents and δ = Σ_c out·dout, which
// is Σ_j P_j·dP_j. One workgroup a row.
struct Parameters {
  batch: u32,
  heads: u32,
  sequence: u32,
  size: u32,
  pitch: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> out: array<Value>;
@group(0) @binding(2) var<storage, read> dout: array<Value>;
@group(0) @binding(3) var<storage, read> log_sum_exp: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = row_of(group.x + group.y * grid.x, local);
  let lane = lane_of(local);
  let heads = parameters.heads;
  let sequence = parameters.sequence;
  if (row >= parameters.batch * heads * sequence) {
    return;
  }
  let head = row / sequence;
  let token = head / heads * sequence + row % sequence;
  let start = (token * parameters.pitch + head % heads * parameters.size) / WIDTH;
  var sum = Value(0.0);
  for (var i = lane; i < parameters.size / WIDTH; i += LANES) {
    sum += out[start + i] * dout[start + i];
  }
  let delta = row_sum(lane, lane_sum(sum));
  if (lane == 0u) {
    statistics[2u * row] = log_sum_exp[row];
    statistics[2u * row + 1u] = delta;
  }
}
