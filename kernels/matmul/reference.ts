/**
 * The matrix product in plain TypeScript: one row of one batch item at a time, accumulated in float64.
 *
 * @module
 */
import { activation } from "../activation/activation.ts";
import type { BindingArrays, NumberArray, Structural, Uniforms } from "../kernel.ts";

/**
 * `C = act(alpha·op(A)·op(B) + bias) (+ C)` for items `begin` to `end`; item `i` is row `i % m` of batch item `floor(i / m)`.
 *
 * A row of C is built as a sum of rows of B (or as dot products with rows of Bᵀ), so that memory is always walked forward.
 */
export function matmulReference(
  { a, b, bias, c, preactivation }: BindingArrays,
  uniforms: Uniforms,
  structural: Structural,
  begin: number,
  end: number,
): void {
  const { m, n, k, lda, ldb, ldc, inner, alpha } = uniforms;
  const activated = structural.activation !== "none";
  const act = activated ? activation(String(structural.activation)).value : undefined;
  const rowOfA = new Float64Array(k);
  const sums = new Float64Array(n);
  for (let item = begin; item < end; item++) {
    const row = item % m;
    const z = (item - row) / m;
    const y = z % inner;
    const x = (z - y) / inner;
    const baseA = x * uniforms.a_outer + y * uniforms.a_inner;
    const baseB = x * uniforms.b_outer + y * uniforms.b_inner;
    const baseC = x * uniforms.c_outer + y * uniforms.c_inner + row * ldc;

    if (structural.transpose_a) {
      for (let i = 0; i < k; i++) rowOfA[i] = a[baseA + i * lda + row];
    } else rowOfA.set(a.subarray(baseA + row * lda, baseA + row * lda + k));

    if (structural.transpose_b) dotRows(rowOfA, b, baseB, ldb, sums);
    else addRows(rowOfA, b, baseB, ldb, sums);

    for (let j = 0; j < n; j++) {
      const value = alpha * sums[j] + (structural.bias ? bias[j] : 0);
      if (act !== undefined) {
        preactivation[baseC + j] = value;
        c[baseC + j] = act(value);
      } else c[baseC + j] = value + (structural.accumulate ? c[baseC + j] : 0);
    }
  }
}

/** `sums[j] = Σ_i row[i]·b[j, i]`. */
function dotRows(row: Float64Array, b: NumberArray, base: number, ldb: number, sums: Float64Array) {
  const k = row.length;
  for (let j = 0; j < sums.length; j++) {
    const start = base + j * ldb;
    let sum = 0;
    for (let i = 0; i < k; i++) sum += row[i] * b[start + i];
    sums[j] = sum;
  }
}

/** `sums[j] = Σ_i row[i]·b[i, j]`. */
function addRows(row: Float64Array, b: NumberArray, base: number, ldb: number, sums: Float64Array) {
  const n = sums.length;
  sums.fill(0);
  for (let i = 0; i < row.length; i++) {
    const factor = row[i];
    const start = base + i * ldb;
    for (let j = 0; j < n; j++) sums[j] += factor * b[start + j];
  }
}
