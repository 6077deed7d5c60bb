/**
 * WGSL of table lookups and of their gradients.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const forward = wgsl`
// out[row] = words[ids[row]] + positions[row % sequence] + types[type_ids[row]]. One invocation per element or four.
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let row = i / length;
  if (row >= parameters.rows) {
    return;
  }
  let c = i % length;
  out[i] = words[ids[row] * length + c] +
    positions[(row % parameters.sequence) * length + c] +
    types[type_ids[row] * length + c];
}
`;

export const gather = wgsl`
// out[i] = x[indices[i]·pitch …], columns elements each. One invocation per element or four.
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let row = i / length;
  if (row >= parameters.count) {
    return;
  }
  out[i] = x[indices[row] * (parameters.pitch / WIDTH) + i % length];
}
`;

export const scatter = wgsl`
// out[indices[i]] (+)= x[i]; the indices are distinct, so no two invocations write the same element. One invocation per element or
// four.
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let row = i / length;
  if (row >= parameters.count) {
    return;
  }
  let target_index = indices[row] * length + i % length;
//#if accumulate
  out[target_index] += x[i];
//#else
  out[target_index] = x[i];
//#end
}
`;

export const segmentSum = wgsl`
// out[rows[s]] (+)= Σ x[items[j]], offsets[s] ≤ j < offsets[s + 1], in that order: the gradient of a lookup whose uses were sorted by
// row. No atomics: WGSL has none for floats, and their order would change from run to run.
// One invocation per segment and column (or four columns).
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let segment = i / length;
  if (segment >= parameters.segments) {
    return;
  }
  let c = i % length;
  let last = offsets[segment + 1u];
  var total = Value(0.0);
  for (var j = offsets[segment]; j < last; j++) {
    total += x[items[j] * length + c];
  }
  let target_index = rows[segment] * length + c;
//#if accumulate
  out[target_index] += total;
//#else
  out[target_index] = total;
//#end
}
`;
