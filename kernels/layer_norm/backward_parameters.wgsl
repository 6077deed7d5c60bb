// Gradients of gamma and beta over a chunk of rows: dgamma = Σ dy·(s − mean)·rstd, dbeta = Σ dy, in row order.
// An invocation goes down the rows of one chunk in SPAN neighboring columns (or fours of columns).
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
override SPAN: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let length = parameters.columns / WIDTH;
  let across = (length + SPAN - 1u) / SPAN;
  let chunk = i / across;
  let first = chunk * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  let column = (i % across) * SPAN;
  let span = min(SPAN, length - column);
  var gamma_sums = array<Value, 4>();
  var beta_sums = array<Value, 4>();
  for (var row = first; row < last; row++) {
    let mean = statistics[2u * row];
    let rstd = statistics[2u * row + 1u];
    for (var k = 0u; k < SPAN; k++) {
      // Beyond the last column an invocation repeats it, so that the loop has a constant length.
      let at = row * length + min(column + k, length - 1u);
      let gradient = dy[at];
      gamma_sums[k] += gradient * ((s[at] - mean) * rstd);
      beta_sums[k] += gradient;
    }
  }
  for (var k = 0u; k < span; k++) {
    dgamma[chunk * length + column + k] = gamma_sums[k];
    dbeta[chunk * length + column + k] = beta_sums[k];
  }
}
