/**
 * WGSL of the softmax of scores.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const forward = wgsl`
// Softmax of attention scores over the first lengths[b] keys of each row (b, h, i), exactly 0 beyond them.
// One workgroup a row; P = exp(scale·score − max)/Σ, with the exponents kept in the output between the passes.

// Where a search for the largest starts: WGSL cannot write an infinity.
const LEAST = -3.4028234e38;

// The elements from column column on, with other in the place of those at end and beyond.
fn until(end: u32, column: u32, v: Value, other: f32) -> Value {
//#if vector
  return select(Value(other), v, vec4(column) + vec4(0u, 1u, 2u, 3u) < vec4(end));
//#else
  return select(other, v, column < end);
//#end
}

fn main(row: u32, lane: u32) {
  let rows_per_example = parameters.heads * parameters.queries;
  if (row >= parameters.batch * rows_per_example) {
    return;
  }
  let end = min(lengths[row / rows_per_example], parameters.keys);
  let pitch = parameters.pitch / WIDTH;
  let start = row * pitch;
  let used = (end + WIDTH - 1u) / WIDTH;

  var largest = Value(LEAST);
  for (var i = lane; i < used; i += LANES) {
    largest = max(largest, until(end, i * WIDTH, parameters.scale * scores[start + i], LEAST));
  }
  let row_largest = row_max(lane, lane_max(largest));

  var total = Value(0.0);
  for (var i = lane; i < used; i += LANES) {
    let e = until(end, i * WIDTH, exponential(parameters.scale * scores[start + i] - row_largest), 0.0);
    probabilities[start + i] = e;
    total += e;
  }
  let row_total = row_sum(lane, lane_sum(total));

  for (var i = lane; i < used; i += LANES) {
    let p = until(end, i * WIDTH, probabilities[start + i] / row_total, 0.0);
    probabilities[start + i] = p;
  }
  for (var i = used + lane; i < pitch; i += LANES) {
    probabilities[start + i] = Value(0.0);
  }
}
`;

export const backward = wgsl`
// Gradient of softmax: dscores = scale·P·(d − Σ_j d_j·P_j), 0 from keys to the pitch. One workgroup a row.

fn until(end: u32, column: u32, v: Value) -> Value {
//#if vector
  return select(Value(0.0), v, vec4(column) + vec4(0u, 1u, 2u, 3u) < vec4(end));
//#else
  return select(0.0, v, column < end);
//#end
}

fn main(row: u32, lane: u32) {
  if (row >= parameters.batch * parameters.heads * parameters.queries) {
    return;
  }
  let keys = parameters.keys;
  let pitch = parameters.pitch / WIDTH;
  let start = row * pitch;
  let used = (keys + WIDTH - 1u) / WIDTH;

  var dot = Value(0.0);
  for (var i = lane; i < used; i += LANES) {
    dot += until(keys, i * WIDTH, d[start + i] * probabilities[start + i]);
  }
  let row_dot = row_sum(lane, lane_sum(dot));

  for (var i = lane; i < used; i += LANES) {
    let slope = parameters.scale * probabilities[start + i] * (d[start + i] - row_dot);
    dscores[start + i] = until(keys, i * WIDTH, slope);
  }
  for (var i = used + lane; i < pitch; i += LANES) {
    dscores[start + i] = Value(0.0);
  }
}
`;
