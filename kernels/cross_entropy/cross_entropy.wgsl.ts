/**
 * WGSL of cross-entropy.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const forward = wgsl`
// Cross-entropy with one label per row: lse = max + log Σ exp(logit − max), loss = lse − logit[label], prediction = the first
// largest column. Label 0xFFFFFFFF: loss 0. One workgroup per row.
fn main(row: u32, lane: u32) {
  if (row >= parameters.rows) {
    return;
  }
  let length = parameters.columns / WIDTH;
  let start = row * (parameters.pitch / WIDTH);

  // The maximum and its first position, for each component of an invocation's values.
  var largest = Value(-3.4028234e38);
  var place = Bits(0u);
  for (var i = lane; i < length; i += LANES) {
    let v = logits[start + i];
    place = select(place, Bits(i), v > largest);
    largest = select(largest, v, v > largest);
  }
  let row_largest = row_max(lane, lane_max(largest));
  let first = row_min_index(lane, first_place(place, largest, row_largest));

  var total = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
    total += exponential(logits[start + i] - row_largest);
  }
  let lse = row_largest + logarithm(row_sum(lane, lane_sum(total)));

  if (lane == 0u) {
    prediction[row] = min(first, parameters.columns - 1u);
    log_sum_exp[row] = lse;
    let label = labels[row];
    if (label == 0xffffffffu) {
      loss[row] = 0.0;
    } else {
//#if vector
      loss[row] = lse - logits[start + label / 4u][label % 4u];
//#else
      loss[row] = lse - logits[start + label];
//#end
    }
  }
}

// The first column whose value is the row's maximum.
fn first_place(place: Bits, value: Value, row_largest: f32) -> u32 {
//#if vector
  let columns = select(vec4(0xffffffffu), place * 4u + vec4(0u, 1u, 2u, 3u), value == vec4(row_largest));
  return min(min(columns.x, columns.y), min(columns.z, columns.w));
//#else
  return select(0xffffffffu, place, value == row_largest);
//#end
}
`;

export const backward = wgsl`
// In place: logits = scale·(exp(logits − lse) − onehot(label)); 0 in ignored rows and beyond the last column.
// One invocation per element or four.
fn main(i: u32) {
  let pitch = parameters.pitch / WIDTH;
  let row = i / pitch;
  if (row >= parameters.rows) {
    return;
  }
//#if vector
  let columns = vec4((i % pitch) * 4u) + vec4(0u, 1u, 2u, 3u);
//#else
  let columns = i % pitch;
//#end
  let label = labels[row];
  let hot = select(Value(0.0), Value(1.0), columns == Bits(label));
  let gradient = parameters.scale * (exponential(logits[i] - log_sum_exp[row]) - hot);
  let end = select(parameters.columns, 0u, label == 0xffffffffu);
  logits[i] = select(Value(0.0), gradient, columns < Bits(end));
}
`;

export const correct = wgsl`
// out[slot] (+)= scale·#{prediction == label}, without ignored labels. One workgroup.
fn main(lane: u32) {
  var hits = 0u;
  for (var i = lane; i < parameters.count; i += LANES) {
    let label = labels[i];
    hits += select(0u, 1u, label != 0xffffffffu && prediction[i] == label);
  }
  let total = parameters.scale * row_sum(lane, f32(hits));
  if (lane == 0u) {
//#if accumulate
    out[parameters.slot] += total;
//#else
    out[parameters.slot] = total;
//#end
  }
}
`;
