/**
 * WGSL that all matmul variants share, and the variant for any shape.
 *
 * @module
 */
import { wgsl } from "../wgsl.ts";

export const product = wgsl`
// What every variant of the matrix product shares: the uniform block, the output bindings, and what happens to a finished sum.
// Value is the unit in which a variant writes C: f32, or vec4f where every row of C starts at a multiple of four elements.

// Factor of the sums.
fn product_scale() -> f32 {
  //#if unscale
  return parameters.alpha / scale[0];
  //#else
  return parameters.alpha;
  //#end
}

// First element of batch item z of a matrix with these strides.
fn batch_offset(z: u32, outer: u32, inner: u32) -> u32 {
  return (z / parameters.inner) * outer + (z % parameters.inner) * inner;
}

// Stores a finished product, bias included; the index counts values. With an activation the product waits in preactivation.
fn finish(index: u32, product: Value) {
  //#if activation == none
  //#if accumulate
  c[index] += product;
  //#else
  c[index] = product;
  //#end
  //#else
  preactivation[index] = product;
  //#end
}

// Stores four neighbors of a row of C, of which those beyond its end are dropped; index and column count elements.
//#if vector
fn finish_four(index: u32, column: u32, n: u32, products: vec4f) {
  if (column < n) { finish(index / 4, products); }
}
//#else
fn finish_four(index: u32, column: u32, n: u32, products: vec4f) {
  if (column < n) { finish(index, products.x); }
  if (column + 1 < n) { finish(index + 1, products.y); }
  if (column + 2 < n) { finish(index + 2, products.z); }
  if (column + 3 < n) { finish(index + 3, products.w); }
}
//#end

//#if !activation == none
// Applies the activation to four neighbors that this invocation has stored.
//#if vector
fn activate_four(index: u32, column: u32, n: u32) {
  if (column < n) { c[index / 4] = activate(preactivation[index / 4]); }
}
//#else
fn activate_four(index: u32, column: u32, n: u32) {
  for (var i = 0u; i < 4 && column + i < n; i++) {
    c[index + i] = activate(preactivation[index + i]);
  }
}
//#end
//#end
`;

export const simple = wgsl`
// C = act(alpha·op(A)·op(B) + bias), one element an invocation, for any shape on any adapter.
// Sums are added in the order of k, product by product (class k_sequential), four to an iteration since some adapters end loops
// silently at 65,535.

//#if packed
// Halves lie two to a word.
fn element_of_a(index: u32) -> f32 {
  return unpack2x16float(a[index / 2])[index % 2];
}

fn element_of_b(index: u32) -> f32 {
  return unpack2x16float(b[index / 2])[index % 2];
}
//#else
fn element_of_a(index: u32) -> f32 {
  return a[index];
}

fn element_of_b(index: u32) -> f32 {
  return b[index];
}
//#end

fn main(i: u32) {
  let m = parameters.m;
  let n = parameters.n;
  if (i >= m * n * parameters.batch) { return; }
  let column = i % n;
  let row = i / n % m;
  let z = i / (m * n);

  //#if transpose_a
  let step_a = parameters.lda;
  var index_a = batch_offset(z, parameters.a_outer, parameters.a_inner) + row;
  //#else
  let step_a = 1u;
  var index_a = batch_offset(z, parameters.a_outer, parameters.a_inner) + row * parameters.lda;
  //#end
  //#if transpose_b
  let step_b = 1u;
  var index_b = batch_offset(z, parameters.b_outer, parameters.b_inner) + column * parameters.ldb;
  //#else
  let step_b = parameters.ldb;
  var index_b = batch_offset(z, parameters.b_outer, parameters.b_inner) + column;
  //#end

  var sum = 0.0;
  for (var step = 0u; step < parameters.k / 4; step++) {
    sum += element_of_a(index_a) * element_of_b(index_b);
    sum += element_of_a(index_a + step_a) * element_of_b(index_b + step_b);
    sum += element_of_a(index_a + 2 * step_a) * element_of_b(index_b + 2 * step_b);
    sum += element_of_a(index_a + 3 * step_a) * element_of_b(index_b + 3 * step_b);
    index_a += 4 * step_a;
    index_b += 4 * step_b;
  }
  for (var rest = 0u; rest < parameters.k % 4; rest++) {
    sum += element_of_a(index_a) * element_of_b(index_b);
    index_a += step_a;
    index_b += step_b;
  }

  var product = product_scale() * sum;
  //#if bias
  product += bias[column];
  //#end
  let index = batch_offset(z, parameters.c_outer, parameters.c_inner) + row * parameters.ldc + column;
  finish(index, product);
  //#if !activation == none
  c[index] = activate(product);
  //#end
}
`;
