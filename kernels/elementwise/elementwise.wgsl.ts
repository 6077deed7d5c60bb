/**
 * WGSL of the elementwise kernels.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const fill = wgsl`
// out[i] = value
struct Parameters {
  count: u32,
  value: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> out: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count / WIDTH) {
    out[i] = Value(parameters.value);
  }
}
`;

export const add = wgsl`
// out = a + b
struct Parameters {
  count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> a: array<Value>;
@group(0) @binding(2) var<storage, read> b: array<Value>;
@group(0) @binding(3) var<storage, read_write> out: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count / WIDTH) {
    out[i] = a[i] + b[i];
  }
}
`;

export const scaleAdd = wgsl`
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
`;

export const activationForward = wgsl`
// y = act(x)
struct Parameters {
  count: u32,
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
    y[i] = activate(x[i]);
  }
}
`;

export const activationBackward = wgsl`
// dx = dy · act'(x); x is what the activation was applied to.
struct Parameters {
  count: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> dy: array<Value>;
@group(0) @binding(3) var<storage, read_write> dx: array<Value>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count / WIDTH) {
    dx[i] = dy[i] * activation_slope(x[i]);
  }
}
`;

export const activationBackwardInPlace = wgsl`
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
`;

export const dropout = wgsl`
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
`;
