// y = dropout(x) of a [rows, columns] matrix; applied to dy it is its own backward.
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
  let pitch = parameters.columns / WIDTH;
  if (i < parameters.rows * pitch) {
    y[i] = dropout(x[i], i / pitch, (i % pitch) * WIDTH, parameters.columns);
  }
}
