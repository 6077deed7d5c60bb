// Gradient of layer normalization with respect to s. With n = (s − mean)·rstd and g = dy·gamma:
// dx = rstd·(g − Σg/n − n·Σ(g·n)/n); dhidden is dx as hidden's dropout leaves it. One workgroup a row.
struct Parameters {
  rows: u32,
  columns: u32,
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
@group(0) @binding(1) var<storage, read> s: array<Value>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<Value>;
@group(0) @binding(4) var<storage, read> dy: array<Value>;
@group(0) @binding(5) var<storage, read_write> dx: array<Value>;
//#if dropout
@group(0) @binding(6) var<storage, read_write> dhidden: array<Value>;
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
  let mean = statistics[2u * row];
  let rstd = statistics[2u * row + 1u];

  var gradients = Value(0.0);
  var products = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
    let gradient = dy[start + i] * gamma[i];
    gradients += gradient;
    products += gradient * ((s[start + i] - mean) * rstd);
  }
  let mean_gradient = row_sum(lane, lane_sum(gradients)) * scale;
  let mean_product = row_sum(lane, lane_sum(products)) * scale;

  for (var i = lane; i < length; i += LANES) {
    let normal = (s[start + i] - mean) * rstd;
    let gradient = rstd * (dy[start + i] * gamma[i] - mean_gradient - normal * mean_product);
    dx[start + i] = gradient;
//#if dropout
    dhidden[start + i] = dropout(gradient, row, i * WIDTH, parameters.columns);
//#end
  }
}
