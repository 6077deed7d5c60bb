/**
 * The matrix multiplication of every linear layer, of the tied embeddings, and of all their gradients.
 *
 * `C = act(alpha·op(A)·op(B) + bias)`, or `C += …` if it accumulates. Matrices are row-major with leading dimensions in elements; A is
 * `[m, k]` (stored `[k, m]` if `transpose_a`), B is `[k, n]` (stored `[n, k]` if `transpose_b`). With an activation, `c` receives the
 * activations and `preactivation`, laid out like `c`, the pre-activations. With `row_sums`, the sum of each row of `alpha·op(A)` is added
 * to `row_sums`, `[m]`: the gradient of a bias if C is the gradient of its weight. C must then have at least one column.
 *
 * @module
 */
import { activationArrays, MATMUL_ACTIVATIONS } from "../activation/activation.ts";
import {
  type Kernel,
  READ,
  type Structural,
  type Uniforms,
  when,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { matmulCases } from "./cases.ts";
import { extent, storedA, storedB, storedC } from "./layout.ts";
import { matmulReference } from "./reference.ts";
import { MATMUL_VARIANTS } from "./variants.ts";

/** `matmul.matmul`. */
export const matmulMatmul: Kernel = {
  name: "matmul.matmul",
  bindings: {
    a: READ,
    b: READ,
    bias: when("bias", READ),
    c: WRITE,
    preactivation: { ...WRITE, when: ({ activation }) => activation !== "none" },
    row_sums: when("row_sums", WRITE_F32),
  },
  uniforms: { m: "u32", n: "u32", k: "u32", lda: "u32", ldb: "u32", ldc: "u32", alpha: "f32" },
  structural: {
    transpose_a: [false, true],
    transpose_b: [false, true],
    bias: [false, true],
    accumulate: [false, true],
    activation: MATMUL_ACTIVATIONS,
    row_sums: [false, true],
  },
  variants: MATMUL_VARIANTS,
  sizes: ["m", "n", "k"],
  lengths(uniforms: Uniforms, structural: Structural) {
    const written = extent(storedC(uniforms));
    return {
      a: extent(storedA(uniforms, structural)),
      b: extent(storedB(uniforms, structural)),
      bias: uniforms.n,
      c: written,
      preactivation: written,
      row_sums: uniforms.m,
    };
  },
  items: ({ m }) => m,
  reference: matmulReference,
  work({ m, n, k }, { accumulate, activation, row_sums }) {
    const results = (accumulate ? 2 : 1) + activationArrays(activation);
    return {
      flops: 2 * m * n * k + (row_sums ? m * k : 0),
      bytes: 4 * (m * k + k * n + results * m * n + (row_sums ? 2 * m : 0)),
    };
  },
  cases: matmulCases,
};
