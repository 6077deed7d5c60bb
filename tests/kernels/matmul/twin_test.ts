/** The matrix product's reference against the definition, written out. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { matmulMatmul } from "../../../kernels/mod.ts";
import { normal, seededRandom } from "../support/case_arrays.ts";

const random = seededRandom(7);
const drawn = (length: number) => Float64Array.from({ length }, () => normal(random));

/** Two examples of three heads; rows of 32 hold the heads side by side. */
const SIZES = { m: 4, n: 5, k: 6, lda: 32, ldb: 32, ldc: 32, batch: 6, inner: 3, alpha: 0.5 };
const STRIDES = {
  a_outer: 6 * 32,
  a_inner: 7,
  b_outer: 6 * 32,
  b_inner: 8,
  c_outer: 4 * 32,
  c_inner: 9,
};

for (const transpose_a of [false, true]) {
  for (const transpose_b of [false, true]) {
    for (const accumulate of [false, true]) {
      const turns = `transpose_a ${transpose_a}, transpose_b ${transpose_b}`;
      Deno.test(`the reference is the definition: ${turns}, accumulate ${accumulate}`, () => {
        const uniforms = { ...SIZES, ...STRIDES };
        const structural = { transpose_a, transpose_b, bias: true, accumulate, activation: "none" };
        const lengths = matmulMatmul.lengths(uniforms, structural);
        const a = drawn(lengths.a), b = drawn(lengths.b), bias = drawn(lengths.bias);
        const before = drawn(lengths.c), c = before.slice();
        const items = matmulMatmul.items(uniforms, structural);
        const half = Math.floor(items / 2);
        matmulMatmul.reference({ a, b, bias, c }, uniforms, structural, half, items);
        matmulMatmul.reference({ a, b, bias, c }, uniforms, structural, 0, half);

        const expected = before.slice();
        for (let example = 0; example < 2; example++) {
          for (let head = 0; head < 3; head++) {
            for (let i = 0; i < 4; i++) {
              for (let j = 0; j < 5; j++) {
                let sum = 0;
                for (let p = 0; p < 6; p++) {
                  const inA = transpose_a ? p * 32 + i : i * 32 + p;
                  const inB = transpose_b ? j * 32 + p : p * 32 + j;
                  sum += a[example * 192 + head * 7 + inA] * b[example * 192 + head * 8 + inB];
                }
                const index = example * 128 + head * 9 + i * 32 + j;
                expected[index] = 0.5 * sum + bias[j] + (accumulate ? before[index] : 0);
              }
            }
          }
        }
        c.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-12));
      });
    }
  }
}

Deno.test("with an activation the reference keeps its argument beside its value", () => {
  const uniforms = { ...SIZES, ...STRIDES, m: 1, n: 2, k: 1, batch: 1, alpha: 1 };
  const structural = {
    transpose_a: false,
    transpose_b: false,
    bias: false,
    accumulate: false,
    activation: "relu",
  };
  const c = new Float64Array(2), preactivation = new Float64Array(2);
  const arrays = { a: Float64Array.of(2), b: Float64Array.of(3, -4), c, preactivation };
  matmulMatmul.reference(arrays, uniforms, structural, 0, 1);
  assertEquals([...preactivation], [6, -8]);
  assertEquals([...c], [6, 0]);
});
