// y[chunk, c] (+)= Σ x[row·pitch + c] over the rows of the chunk, in row order.
// One invocation a chunk and column (or four columns); neighbours read neighbours.
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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  let length = parameters.columns / WIDTH;
  let pitch = parameters.pitch / WIDTH;
  let first = (i / length) * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  var total = Value(0.0);
  var at = first * pitch + i % length;
  for (var row = first; row < last; row++) {
    total += x[at];
    at += pitch;
  }
//#if accumulate
  y[i] += total;
//#else
  y[i] = total;
//#end
}
