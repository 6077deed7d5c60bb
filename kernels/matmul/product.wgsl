// What every variant of the matrix product shares: the uniform block, the output bindings, and what happens to a finished sum.
// `Value` is the unit in which a variant writes C: f32, or vec4f where every row of C starts at a multiple of four elements.

struct Parameters {
  m: u32,
  n: u32,
  k: u32,
  lda: u32,
  ldb: u32,
  ldc: u32,
  batch: u32,
  inner: u32,
  a_outer: u32,
  a_inner: u32,
  b_outer: u32,
  b_inner: u32,
  c_outer: u32,
  c_inner: u32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
//#if bias
@group(0) @binding(3) var<storage, read> bias: array<Value>;
@group(0) @binding(4) var<storage, read_write> c: array<Value>;
//#if !activation == none
@group(0) @binding(5) var<storage, read_write> preactivation: array<Value>;
//#end
//#else
@group(0) @binding(3) var<storage, read_write> c: array<Value>;
//#if !activation == none
@group(0) @binding(4) var<storage, read_write> preactivation: array<Value>;
//#end
//#end

//#if unscale
@group(0) @binding(/*scale_binding*/) var<storage, read> scale: array<f32>;
//#end

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

// Stores a finished product, bias included; the index counts values. With an activation the product waits in `preactivation`.
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
