/**
 * WGSL of the matrix multiplication that all variants share, and of the variant for any shape.
 *
 * @module
 */
import { parseMatmulActivation } from "../activation/activation.ts";
import { activations } from "../activation/activation.wgsl.ts";
import * as common from "../common.wgsl.ts";
import type { Structural } from "../kernel.ts";
import { specialize, wgsl } from "../wgsl.ts";

const epilogue = wgsl`
// Epilogue of every variant of the matrix multiplication: what happens to a finished sum. Value is the unit in which a variant
// writes C: f32, or vec4f if every row of C starts at a multiple of four elements.

// Factor of the sums.
fn product_scale() -> f32 {
  //#if parts
  return 1.0;
  //#else
  //#if unscale
  return parameters.alpha / scale[0];
  //#else
  return parameters.alpha;
  //#end
  //#end
}

// Stores a finished sum, bias included; the index counts values. With an activation it waits in preactivation, or in c for the backward
// pass of an activation.
fn finish(index: u32, product: Value) {
  //#if parts
  products[index] = product;
  //#else
  //#if activation == none
  //#if accumulate
  c[index] += product;
  //#else
  c[index] = product;
  //#end
  //#else
  //#if backward
  c[index] = product;
  //#else
  preactivation[index] = product;
  //#end
  //#end
  //#end
}

// Stores four neighbors of a row of C and drops those beyond its end; index and column count elements.
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

//#if row_sums
// Adds the sum of a row of op(A).
fn add_row_sum(row: u32, sum: f32) {
  //#if parts
  row_sums[row] = sum;
  //#else
  row_sums[row] += product_scale() * sum;
  //#end
}

// Adds the sums of four rows of op(A), of which those from end on are dropped.
fn add_row_sums(row: u32, end: u32, sums: vec4f) {
  for (var r = 0u; r < 4 && row + r < end; r++) {
    add_row_sum(row + r, sums[r]);
  }
}
//#end

//#if !activation == none
${common.exponential}
${activations}
// Applies the activation, or the backward pass of it, to a product that this invocation has stored; the index counts values.
fn activate_product(index: u32, product: Value) {
  //#if backward
  let x = preactivation[index];
  preactivation[index] = activate(x);
  c[index] = product * activation_slope(x);
  //#else
  c[index] = activate(product);
  //#end
}

fn activate_stored(index: u32) {
  //#if backward
  activate_product(index, c[index]);
  //#else
  activate_product(index, preactivation[index]);
  //#end
}

// Applies the activation to four neighbors that this invocation has stored.
//#if vector
fn activate_four(index: u32, column: u32, n: u32) {
  if (column < n) { activate_stored(index / 4); }
}
//#else
fn activate_four(index: u32, column: u32, n: u32) {
  for (var i = 0u; i < 4 && column + i < n; i++) { activate_stored(index + i); }
}
//#end
//#end
`;

/** Declarations and epilogue that all variants share. C is written in single elements or, if `vector`, in fours. */
export function epilogueOf(structural: Structural, vector: boolean): string {
  const texts = [vector ? common.vector : common.scalar, epilogue];
  const { name, backward } = parseMatmulActivation(structural.activation);
  return specialize(texts.join("\n"), {
    ...{ unscale: false, parts: false, ...structural, vector },
    ...{ activation: name, backward },
  });
}

export const simple = wgsl`
// C = act(alpha·op(A)·op(B) + bias), one element per invocation, for any shape on any adapter.
// Sums are added in the order of k, product by product (class k_sequential), four per iteration since some adapters silently end
// loops after 65,535.

//#if packed
// Words pack two f16 numbers.
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
  let n = parameters.n;
  if (i >= parameters.m * n) { return; }
  let column = i % n;
  let row = i / n;

  //#if transpose_a
  let step_a = parameters.lda;
  var index_a = row;
  //#else
  let step_a = 1u;
  var index_a = row * parameters.lda;
  //#end
  //#if transpose_b
  let step_b = 1u;
  var index_b = column * parameters.ldb;
  //#else
  let step_b = parameters.ldb;
  var index_b = column;
  //#end

  var sum = 0.0;
  //#if row_sums
  var row_sum = 0.0;
  //#end
  for (var step = 0u; step < parameters.k / 4; step++) {
    sum += element_of_a(index_a) * element_of_b(index_b);
    sum += element_of_a(index_a + step_a) * element_of_b(index_b + step_b);
    sum += element_of_a(index_a + 2 * step_a) * element_of_b(index_b + 2 * step_b);
    sum += element_of_a(index_a + 3 * step_a) * element_of_b(index_b + 3 * step_b);
    //#if row_sums
    row_sum += element_of_a(index_a);
    row_sum += element_of_a(index_a + step_a);
    row_sum += element_of_a(index_a + 2 * step_a);
    row_sum += element_of_a(index_a + 3 * step_a);
    //#end
    index_a += 4 * step_a;
    index_b += 4 * step_b;
  }
  for (var rest = 0u; rest < parameters.k % 4; rest++) {
    sum += element_of_a(index_a) * element_of_b(index_b);
    //#if row_sums
    row_sum += element_of_a(index_a);
    //#end
    index_a += step_a;
    index_b += step_b;
  }

  //#if row_sums
  if (column == 0) { add_row_sum(row, row_sum); }
  //#end

  var product = product_scale() * sum;
  //#if bias
  product += bias[column];
  //#end
  let index = row * parameters.ldc + column;
  finish(index, product);
  //#if !activation == none
  activate_product(index, product);
  //#end
}
`;
