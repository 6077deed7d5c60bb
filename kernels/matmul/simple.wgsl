// C = act(alpha·op(A)·op(B) + bias), one element an invocation, for any shape on any adapter.
// Sums are added in the order of k, product by product (class k_sequential), four to an iteration since some adapters end loops
// silently at 65,535.

const WORKGROUP: u32 = /*workgroup*/;

//#if packed
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;

// Halves lie two to a word.
fn element_of_a(index: u32) -> f32 {
  return unpack2x16float(a[index / 2])[index % 2];
}

fn element_of_b(index: u32) -> f32 {
  return unpack2x16float(b[index / 2])[index % 2];
}
//#else
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;

fn element_of_a(index: u32) -> f32 {
  return a[index];
}

fn element_of_b(index: u32) -> f32 {
  return b[index];
}
//#end

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let m = parameters.m;
  let n = parameters.n;
  let element = (group.x + group.y * groups.x) * WORKGROUP + invocation;
  if (element >= m * n * parameters.batch) { return; }
  let column = element % n;
  let row = element / n % m;
  let z = element / (m * n);

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
