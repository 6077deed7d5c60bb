// y[chunk, c] (+)= Σ x[row·pitch + c] over the rows of the chunk, in row order.
// An invocation goes down the rows of one chunk in SPAN neighboring columns (or fours of columns).
struct Parameters {
  rows: u32,
  columns: u32,
  pitch: u32,
  rows_per_chunk: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;

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
  let pitch = parameters.pitch / WIDTH;
  let across = (length + SPAN - 1u) / SPAN;
  let chunk = i / across;
  let first = chunk * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  let column = (i % across) * SPAN;
  let span = min(SPAN, length - column);
  var totals = array<Value, 4>();
  for (var row = first; row < last; row++) {
    for (var k = 0u; k < SPAN; k++) {
      // Beyond the last column an invocation repeats it, so that the loop has a constant length.
      totals[k] += x[row * pitch + min(column + k, length - 1u)];
    }
  }
  for (var k = 0u; k < span; k++) {
//#if accumulate
    y[chunk * length + column + k] += totals[k];
//#else
    y[chunk * length + column + k] = totals[k];
//#end
  }
}
