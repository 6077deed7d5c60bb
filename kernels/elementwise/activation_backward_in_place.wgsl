// x becomes act(x), dy becomes dy · act'(x).
struct Parameters {
  count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> x: array<Value>;
@group(0) @binding(2) var<storage, read_write> dy: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count / WIDTH) {
    let argument = x[i];
    x[i] = activate(argument);
    dy[i] = dy[i] * activation_slope(argument);
  }
}
