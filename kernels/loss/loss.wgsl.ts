/**
 * WGSL of the losses of scalar predictions.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const meanSquaredError = wgsl`
// loss = (x − t)², dx = 2·scale·(x − t)
fn main(i: u32) {
  if (i < parameters.count / WIDTH) {
    let difference = x[i] - targets[i];
    loss[i] = difference * difference;
    dx[i] = 2.0 * parameters.scale * difference;
  }
}
`;

export const binaryCrossEntropy = wgsl`
// loss = max(x, 0) − x·t + log(1 + exp(−|x|)), which is the cross-entropy of sigmoid(x) with t and cannot overflow;
// dx = scale·(sigmoid(x) − t).
fn main(i: u32) {
  if (i >= parameters.count / WIDTH) {
    return;
  }
  let z = x[i];
  let t = targets[i];
  let decay = exponential(-abs(z));
  // log(1 + decay) loses its digits for small decay; the series does not.
  let series = decay * (1.0 - decay * (0.5 - decay * (0.333333333 - 0.25 * decay)));
  let log_term = select(log(1.0 + decay), series, decay < Value(0.02));
  let positive = select(z, Value(0.0), z < Value(0.0));
  loss[i] = positive - z * t + log_term;
  let sigmoid = select(Value(1.0), decay, z < Value(0.0)) / (1.0 + decay);
  dx[i] = parameters.scale * (sigmoid - t);
}
`;
