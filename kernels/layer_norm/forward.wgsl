// Layer normalization of rows, with residual and dropout: s = x + dropout(hidden), or x alone;
// mean = Σs/n, variance = Σ(s − mean)²/n (two passes: one pass of squares loses digits), y = (s − mean)·rstd·gamma + beta.
// One workgroup a row. Ba, Kiros and Hinton, arXiv 1607.06450.
struct Parameters {
  rows: u32,
  columns: u32,
  epsilon: f32,
  seed_low: u32,
  seed_high: u32,
  stream: u32,
  step: u32,
  first_example: u32,
  rows_per_example: u32,
  threshold: u32,
  keep_scale: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
//#if residual
@group(0) @binding(2) var<storage, read> hidden: array<Value>;
@group(0) @binding(3) var<storage, read> gamma: array<Value>;
@group(0) @binding(4) var<storage, read> beta: array<Value>;
@group(0) @binding(5) var<storage, read_write> sum: array<Value>;
@group(0) @binding(6) var<storage, read_write> y: array<Value>;
@group(0) @binding(7) var<storage, read_write> statistics: array<f32>;
//#else
@group(0) @binding(2) var<storage, read> gamma: array<Value>;
@group(0) @binding(3) var<storage, read> beta: array<Value>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<storage, read_write> statistics: array<f32>;
//#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = row_of(group.x + group.y * grid.x, local);
  let lane = lane_of(local);
  if (row >= parameters.rows) {
    return;
  }
  let length = parameters.columns / WIDTH;
  let start = row * length;
  let scale = 1.0 / f32(parameters.columns);

  var total = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
//#if residual
//#if dropout
    let s = x[start + i] + dropout(hidden[start + i], row, i * WIDTH, parameters.columns);
//#else
    let s = x[start + i] + hidden[start + i];
//#end
    sum[start + i] = s;
//#else
    let s = x[start + i];
//#end
    total += s;
  }
  let mean = row_sum(lane, lane_sum(total)) * scale;

  var squares = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
//#if residual
    let centered = sum[start + i] - mean;
//#else
    let centered = x[start + i] - mean;
//#end
    squares += centered * centered;
  }
  let variance = row_sum(lane, lane_sum(squares)) * scale;
  let rstd = 1.0 / sqrt(variance + parameters.epsilon);

  for (var i = lane; i < length; i += LANES) {
//#if residual
    let centered = sum[start + i] - mean;
//#else
    let centered = x[start + i] - mean;
//#end
    y[start + i] = centered * rstd * gamma[i] + beta[i];
  }
  if (lane == 0u) {
    statistics[2u * row] = mean;
    statistics[2u * row + 1u] = rstd;
  }
}
