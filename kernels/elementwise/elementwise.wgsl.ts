/**
 * WGSL of the elementwise kernels.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const fill = wgsl`
// out[i] = value
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    out[i] = Value(parameters.value);
  }
}
`;

export const add = wgsl`
// out = a + b
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    out[i] = a[i] + b[i];
  }
}
`;

export const scaleAdd = wgsl`
// y = alpha·x + beta·y. If beta is 0 the old y is not read: it may be NaN, and 0·NaN is NaN.
fn main(i: u32) {
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
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    y[i] = activate(x[i]);
  }
}
`;

export const activationBackward = wgsl`
// dx = dy · act'(x); x is the pre-activation.
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    dx[i] = dy[i] * activation_slope(x[i]);
  }
}
`;

export const activationBackwardInPlace = wgsl`
// x becomes act(x), dy becomes dy · act'(x).
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    let preactivation = x[i];
    x[i] = activate(preactivation);
    dy[i] = dy[i] * activation_slope(preactivation);
  }
}
`;

export const dropout = wgsl`
// y = dropout(x) of a [rows, columns] matrix; applied to dy it is its own backward.
fn main(i: u32) {
  let pitch = parameters.columns / WIDTH;
  if (i < parameters.rows * pitch) {
    y[i] = dropout(x[i], i / pitch, (i % pitch) * WIDTH, parameters.columns);
  }
}
`;
