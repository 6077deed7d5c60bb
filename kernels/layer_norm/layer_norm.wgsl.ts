/**
 * WGSL of layer normalization.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const forward = wgsl`
// Layer normalization of rows, with residual and dropout: s = x + dropout(hidden), or x alone;
// mean = Σs/n, variance = Σ(s − mean)²/n (in two passes: a single pass over squares loses digits), y = (s − mean)·rstd·gamma + beta.
// One workgroup per row. Ba, Kiros and Hinton, arXiv 1607.06450.
fn main(row: u32, lane: u32) {
  if (row >= parameters.rows) {
    return;
  }
  let length = parameters.columns / WIDTH;
  let start = row * length;
  let scale = 1.0 / f32(parameters.columns);

  var total = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
//#if residual
//#if dropout
    let s = x[start + i] + dropout(hidden[start + i], row, i * WIDTH, parameters.columns);
//#else
    let s = x[start + i] + hidden[start + i];
//#end
    sum[start + i] = s;
//#else
    let s = x[start + i];
//#end
    total += s;
  }
  let mean = row_sum(lane, lane_sum(total)) * scale;

  var squares = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
//#if residual
    let centered = sum[start + i] - mean;
//#else
    let centered = x[start + i] - mean;
//#end
    squares += centered * centered;
  }
  let variance = row_sum(lane, lane_sum(squares)) * scale;
  let rstd = 1.0 / sqrt(variance + parameters.epsilon);

  for (var i = lane; i < length; i += LANES) {
//#if residual
    let centered = sum[start + i] - mean;
//#else
    let centered = x[start + i] - mean;
//#end
    y[start + i] = centered * rstd * gamma[i] + beta[i];
  }
  if (lane == 0u) {
    statistics[2u * row] = mean;
    statistics[2u * row + 1u] = rstd;
  }
}
`;

export const backwardInput = wgsl`
// Gradient of layer normalization with respect to s. With n = (s − mean)·rstd and g = dy·gamma:
// dx = rstd·(g − Σg/n − n·Σ(g·n)/n); dhidden is dx after hidden's dropout. One workgroup per row.
fn main(row: u32, lane: u32) {
  if (row >= parameters.rows) {
    return;
  }
  let length = parameters.columns / WIDTH;
  let start = row * length;
  let scale = 1.0 / f32(parameters.columns);
  let mean = statistics[2u * row];
  let rstd = statistics[2u * row + 1u];

  var gradients = Value(0.0);
  var products = Value(0.0);
  for (var i = lane; i < length; i += LANES) {
    let gradient = dy[start + i] * gamma[i];
    gradients += gradient;
    products += gradient * ((s[start + i] - mean) * rstd);
  }
  let mean_gradient = row_sum(lane, lane_sum(gradients)) * scale;
  let mean_product = row_sum(lane, lane_sum(products)) * scale;

  for (var i = lane; i < length; i += LANES) {
    let normal = (s[start + i] - mean) * rstd;
    let gradient = rstd * (dy[start + i] * gamma[i] - mean_gradient - normal * mean_product);
    dx[start + i] = gradient;
//#if dropout
    dhidden[start + i] = dropout(gradient, row, i * WIDTH, parameters.columns);
//#end
  }
}
`;

export const backwardParameters = wgsl`
// Gradients of gamma and beta over a chunk of rows: dgamma = Σ dy·(s − mean)·rstd, dbeta = Σ dy, in row order.
// An invocation goes down the rows of one chunk in SPAN neighboring columns (or fours of columns).
fn main(i: u32) {
  let length = parameters.columns / WIDTH;
  let across = (length + SPAN - 1u) / SPAN;
  let chunk = i / across;
  let first = chunk * parameters.rows_per_chunk;
  if (first >= parameters.rows) {
    return;
  }
  let last = min(first + parameters.rows_per_chunk, parameters.rows);
  let column = (i % across) * SPAN;
  let span = min(SPAN, length - column);
  var gamma_sums = array<Value, 4>();
  var beta_sums = array<Value, 4>();
  for (var row = first; row < last; row++) {
    let mean = statistics[2u * row];
    let rstd = statistics[2u * row + 1u];
    for (var k = 0u; k < SPAN; k++) {
      // Beyond the last column it is repeated, so that the loop has a constant length.
      let at = row * length + min(column + k, length - 1u);
      let gradient = dy[at];
      gamma_sums[k] += gradient * ((s[at] - mean) * rstd);
      beta_sums[k] += gradient;
    }
  }
  let beta = parameters.beta_column / WIDTH;
  let first_sum = 2u * chunk * beta + column;
  for (var k = 0u; k < span; k++) {
    partial[first_sum + k] = gamma_sums[k];
    partial[first_sum + beta + k] = beta_sums[k];
  }
}
`;
