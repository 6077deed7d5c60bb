/**
 * WGSL of attention pooling.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

/** Reads one weight, whatever the variant's width. */
export const weightOf = wgsl`
// Weight of token t of the example whose weights begin at start, which counts values.
fn weight_of(start: u32, t: u32) -> f32 {
//#if vector
  return weights[start + t / 4u][t % 4u];
//#else
  return weights[start + t];
//#end
}
`;

export const forward = wgsl`
// The mean of an example's tokens under the softmax of their logits: weights = softmax(logits), pooled[c] = Σ_t weights[t]·x[t, c],
// added in the order of t. One workgroup per example. The exponentials are kept in the weights between the passes.

// Start of a search for the maximum: WGSL has no literal for infinity.
const LEAST = -3.4028234e38;

fn main(row: u32, lane: u32) {
  if (row >= parameters.batch) {
    return;
  }
  let length = parameters.sequence / WIDTH;
  let start = row * length;

  var largest = Value(LEAST);
  for (var i = lane; i < length; i += LANES) {
    largest = max(largest, logits[start + i]);
  }
  let row_largest = row_max(lane, lane_max(largest));

  var total = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
    let e = exponential(logits[start + i] - row_largest);
    weights[start + i] = e;
    total += e;
  }
  let row_total = row_sum(lane, lane_sum(total));

  for (var i = lane; i < length; i += LANES) {
    weights[start + i] = weights[start + i] / row_total;
  }
  // Every lane needs the weights of all.
  storageBarrier();

  let columns = parameters.columns / WIDTH;
  let first = row * parameters.sequence * columns;
  for (var c = lane; c < columns; c += LANES) {
    var sum = Value(0.0);
    let fours = parameters.sequence / 4u;
    for (var four = 0u; four < fours; four++) {
      let t = 4u * four;
      let at = first + t * columns + c;
      sum += weight_of(start, t) * x[at];
      sum += weight_of(start, t + 1u) * x[at + columns];
      sum += weight_of(start, t + 2u) * x[at + 2u * columns];
      sum += weight_of(start, t + 3u) * x[at + 3u * columns];
    }
    for (var t = 4u * fours; t < parameters.sequence; t++) {
      sum += weight_of(start, t) * x[first + t * columns + c];
    }
    pooled[row * columns + c] = sum;
  }
}
`;

export const backward = wgsl`
// With d[t] = Σ_c dpooled[c]·x[t, c], added in the order of c: dlogits[t] = weights[t]·(d[t] − Σ_j weights[j]·d[j]) and
// dx[t, c] = weights[t]·dpooled[c]. One workgroup per example. Each lane keeps its d in dlogits between the passes.

fn product(row: u32, t: u32) -> f32 {
  let columns = parameters.columns / WIDTH;
  let start = (row * parameters.sequence + t) * columns;
  var sum = 0.0;
  for (var c = 0u; c < columns; c++) {
    let terms = dpooled[row * columns + c] * x[start + c];
//#if vector
    sum += terms.x;
    sum += terms.y;
    sum += terms.z;
    sum += terms.w;
//#else
    sum += terms;
//#end
  }
  return sum;
}

fn main(row: u32, lane: u32) {
  if (row >= parameters.batch) {
    return;
  }
  let length = parameters.sequence / WIDTH;
  let start = row * length;

  var dot = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
//#if vector
    let t = 4u * i;
    let d = vec4f(product(row, t), product(row, t + 1u), product(row, t + 2u), product(row, t + 3u));
//#else
    let d = product(row, i);
//#end
    dlogits[start + i] = d;
    dot += d * weights[start + i];
  }
  let row_dot = row_sum(lane, lane_sum(dot));

  for (var i = lane; i < length; i += LANES) {
    dlogits[start + i] = weights[start + i] * (dlogits[start + i] - row_dot);
  }

  let columns = parameters.columns / WIDTH;
  let count = parameters.sequence * columns;
  for (var i = lane; i < count; i += LANES) {
    dx[row * count + i] = weight_of(start, i / columns) * dpooled[row * columns + i % columns];
  }
}
`;
