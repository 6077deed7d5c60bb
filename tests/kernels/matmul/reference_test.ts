/** The reference of the matrix multiplication compared with its definition. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { matmulMatmul } from "../../../kernels/mod.ts";
import { normal, seededRandom } from "../support/case_arrays.ts";

const random = seededRandom(7);
const drawn = (length: number) => Float64Array.from({ length }, () => normal(random));

/** Rows of C, A and B are longer than the matrices are wide. */
const SIZES = { m: 4, n: 5, k: 6, lda: 32, ldb: 31, ldc: 30, alpha: 0.5 };

for (const transpose_a of [false, true]) {
  for (const transpose_b of [false, true]) {
    for (const accumulate of [false, true]) {
      const transposes = `transpose_a ${transpose_a}, transpose_b ${transpose_b}`;
      Deno.test(`the reference is the definition: ${transposes}, accumulate ${accumulate}`, () => {
        const structural = {
          transpose_a,
          transpose_b,
          bias: true,
          accumulate,
          activation: "none",
          row_sums: false,
        };
        const lengths = matmulMatmul.lengths(SIZES, structural);
        const a = drawn(lengths.a), b = drawn(lengths.b), bias = drawn(lengths.bias);
        const before = drawn(lengths.c), c = before.slice();
        const items = matmulMatmul.items(SIZES, structural);
        const half = Math.floor(items / 2);
        matmulMatmul.reference({ a, b, bias, c }, SIZES, structural, half, items);
        matmulMatmul.reference({ a, b, bias, c }, SIZES, structural, 0, half);

        const expected = before.slice();
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 5; j++) {
            let sum = 0;
            for (let p = 0; p < 6; p++) {
              const inA = transpose_a ? p * 32 + i : i * 32 + p;
              const inB = transpose_b ? j * 31 + p : p * 31 + j;
              sum += a[inA] * b[inB];
            }
            const index = i * 30 + j;
            expected[index] = 0.5 * sum + bias[j] + (accumulate ? before[index] : 0);
          }
        }
        c.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-12));
      });
    }
  }
}

Deno.test("with an activation the reference writes pre-activations and activations", () => {
  const uniforms = { ...SIZES, m: 1, n: 2, k: 1, alpha: 1 };
  const structural = {
    transpose_a: false,
    transpose_b: false,
    bias: false,
    accumulate: false,
    activation: "relu",
    row_sums: false,
  };
  const c = new Float64Array(2), preactivation = new Float64Array(2);
  const arrays = { a: Float64Array.of(2), b: Float64Array.of(3, -4), c, preactivation };
  matmulMatmul.reference(arrays, uniforms, structural, 0, 1);
  assertEquals([...preactivation], [6, -8]);
  assertEquals([...c], [6, 0]);
});
