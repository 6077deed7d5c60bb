// y = alpha·x + beta·y. With beta 0 the old y is not looked at: it may be NaN, and 0·NaN is NaN.
struct Parameters {
  count: u32,
  alpha: f32,
  beta: f32,
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
  if (i < parameters.count / WIDTH) {
    let scaled = parameters.alpha * x[i];
    if (parameters.beta == 0.0) {
      y[i] = scaled;
    } else {
      y[i] = scaled + parameters.beta * y[i];
    }
  }
}
