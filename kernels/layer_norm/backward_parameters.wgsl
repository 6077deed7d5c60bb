// Gradients of gamma and beta over a chunk of rows: dgamma = Σ dy·(s − mean)·rstd, dbeta = Σ dy, in row order.
// One invocation a chunk and column (or four columns); neighbours read neighbours.
struct Parameters {
  rows: u32,
  columns: u32,
  rows_per_chunk: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> s: array<Value>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<Value>;
@group(0) @binding(4) var<storage, read_write> dgamma: array<Value>;
@group(0) @binding(5) var<storage, read_write> dbeta: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let length = parameters.columns / WIDTH;
  let first = (i / length) * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  var gamma_sum = Value(0.0);
  var beta_sum = Value(0.0);
  var at = first * length + i % length;
  for (var row = first; row < last; row++) {
    let gradient = dy[at];
    gamma_sum += gradient * ((s[at] - statistics[2u * row]) * statistics[2u * row + 1u]);
    beta_sum += gradient;
    at += length;
  }
  dgamma[i] = gamma_sum;
  dbeta[i] = beta_sum;
}
