/**
 * The matrix multiplication in plain TypeScript: one row at a time, accumulated in float64.
 *
 * @module
 */
import { activation, parseMatmulActivation } from "../activation/activation.ts";
import type { BindingArrays, NumberArray, Reference, Structural, Uniforms } from "../kernel.ts";

/**
 * `C = act(alpha·op(A)·op(B) + bias) (+ C)` for rows `begin` to `end` of C, and the sums of these rows of `alpha·op(A)`.
 *
 * A row of C is built as a sum of rows of B (or as dot products with rows of Bᵀ), so that memory is always read forward.
 */
export const matmulReference: Reference = (
  arrays,
  uniforms,
  structural,
  begin,
  end,
) => {
  const { n, k, lda, ldb, alpha } = uniforms;
  const { a, b, row_sums } = arrays;
  const rowOfA = new Float64Array(k);
  const sums = new Float64Array(n);
  for (let row = begin; row < end; row++) {
    if (structural.transpose_a) {
      for (let i = 0; i < k; i++) rowOfA[i] = a[i * lda + row];
    } else rowOfA.set(a.subarray(row * lda, row * lda + k));

    if (structural.row_sums && n > 0) {
      row_sums[row] += alpha * rowOfA.reduce((sum, element) => sum + element, 0);
    }

    if (structural.transpose_b) dotRows(rowOfA, b, ldb, sums);
    else addRows(rowOfA, b, ldb, sums);

    finishRow(sums, row, arrays, uniforms, structural);
  }
};

/** Row `row` of C from its sums: scale, bias, activation, accumulation. */
export function finishRow(
  sums: Float64Array,
  row: number,
  { bias, c, preactivation }: BindingArrays,
  { n, ldc, alpha }: Uniforms,
  structural: Structural,
): void {
  const { name, backward } = parseMatmulActivation(structural.activation);
  const act = name === "none" ? undefined : activation(name);
  const start = row * ldc;
  for (let j = 0; j < n; j++) {
    const value = alpha * sums[j] + (structural.bias ? bias[j] : 0);
    if (act !== undefined && backward) {
      const x = preactivation[start + j];
      preactivation[start + j] = act.value(x);
      c[start + j] = value * act.slope(x);
    } else if (act !== undefined) {
      preactivation[start + j] = value;
      c[start + j] = act.value(value);
    } else c[start + j] = value + (structural.accumulate ? c[start + j] : 0);
  }
}

/** `sums[j] = Σ_i row[i]·b[j, i]`. */
function dotRows(row: Float64Array, b: NumberArray, ldb: number, sums: Float64Array) {
  const k = row.length;
  for (let j = 0; j < sums.length; j++) {
    const start = j * ldb;
    let sum = 0;
    for (let i = 0; i < k; i++) sum += row[i] * b[start + i];
    sums[j] = sum;
  }
}

/** `sums[j] = Σ_i row[i]·b[i, j]`. */
function addRows(row: Float64Array, b: NumberArray, ldb: number, sums: Float64Array) {
  const n = sums.length;
  sums.fill(0);
  for (let i = 0; i < row.length; i++) {
    const factor = row[i];
    const start = i * ldb;
    for (let j = 0; j < n; j++) sums[j] += factor * b[start + j];
  }
}
