/**
 * WGSL of sums in a fixed order.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const columns = wgsl`
// y[chunk, c] (+)= Σ x[row·pitch + c] over the rows of the chunk, in row order.
// An invocation goes down the rows of one chunk in SPAN neighboring columns (or fours of columns).
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let pitch = parameters.pitch / WIDTH;
  let across = (length + SPAN - 1u) / SPAN;
  let chunk = i / across;
  let first = chunk * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  let column = (i % across) * SPAN;
  let span = min(SPAN, length - column);
  var totals = array<Value, 4>();
  for (var row = first; row < last; row++) {
    for (var k = 0u; k < SPAN; k++) {
      // Beyond the last column it is repeated, so that the loop has a constant length.
      totals[k] += x[row * pitch + min(column + k, length - 1u)];
    }
  }
  for (var k = 0u; k < span; k++) {
//#if accumulate
    y[chunk * length + column + k] += totals[k];
//#else
    y[chunk * length + column + k] = totals[k];
//#end
  }
}
`;

export const sum = wgsl`
// out[slot] (+)= scale·Σx. One workgroup; every invocation adds each LANES-th element, four sums at a time.
fn main(lane: u32) {
  let count = parameters.count / WIDTH;
  let whole = count - count % (4u * LANES);
  var sums = array<Value, 4>();
  for (var i = lane; i < whole; i += 4u * LANES) {
    sums[0] += x[i];
    sums[1] += x[i + LANES];
    sums[2] += x[i + 2u * LANES];
    sums[3] += x[i + 3u * LANES];
  }
  for (var i = whole + lane; i < count; i += LANES) {
    sums[0] += x[i];
  }
  let total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  let result = parameters.scale * row_sum(lane, lane_sum(total));
  if (lane == 0u) {
//#if accumulate
    out[parameters.slot] += result;
//#else
    out[parameters.slot] = result;
//#end
  }
}
`;
