/**
 * WGSL of the second step of a matrix multiplication whose sums are divided.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const addParts = wgsl`
// C = act(alpha·Σ products + bias), with the parts added in order. Follows the epilogue of the matrix multiplication. The last invocation
// of each row adds the parts of the row's sum of op(A).
fn main(i: u32) {
  let m = parameters.m;
  let across = parameters.n / WIDTH;
  let row = i / (across + 1);
  let column = i % (across + 1);
  if (row >= m) { return; }
  if (column == across) {
    //#if row_sums
    var row_sum = sums[row];
    for (var part = 1u; part < parameters.parts; part++) { row_sum += sums[part * m + row]; }
    add_row_sum(row, row_sum);
    //#end
    return;
  }
  var sum = products[row * across + column];
  for (var part = 1u; part < parameters.parts; part++) {
    sum += products[(part * m + row) * across + column];
  }
  var product = product_scale() * sum;
  //#if bias
  product += bias[column];
  //#end
  let index = row * (parameters.ldc / WIDTH) + column;
  finish(index, product);
  //#if !activation == none
  activate_product(index, product);
  //#end
}
`;
