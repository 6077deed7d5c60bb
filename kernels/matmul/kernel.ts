/**
 * The matrix product: every linear layer, every attention product and all their gradients.
 *
 * `C = act(alpha·op(A)·op(B) + bias)`, or `C += …` when it accumulates. Matrices are row-major with leading dimensions in elements; A is
 * `[m, k]` (stored `[k, m]` when `transpose_a`), B is `[k, n]` (stored `[n, k]` when `transpose_b`). Batch item `z` starts at
 * `floor(z / inner)·x_outer + (z % inner)·x_inner`, so that attention heads are strides and no copies. With an activation, `c` holds its value
 * and `preactivation`, laid out as `c`, its argument.
 *
 * @module
 */
import { ACTIVATIONS } from "../activation/activation.ts";
import { type Kernel, READ, type Structural, type Uniforms, when, WRITE } from "../kernel.ts";
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
  },
  uniforms: {
    m: "u32",
    n: "u32",
    k: "u32",
    lda: "u32",
    ldb: "u32",
    ldc: "u32",
    batch: "u32",
    inner: "u32",
    a_outer: "u32",
    a_inner: "u32",
    b_outer: "u32",
    b_inner: "u32",
    c_outer: "u32",
    c_inner: "u32",
    alpha: "f32",
  },
  structural: {
    transpose_a: [false, true],
    transpose_b: [false, true],
    bias: [false, true],
    accumulate: [false, true],
    activation: ["none", ...ACTIVATIONS],
  },
  variants: MATMUL_VARIANTS,
  sizes: ["m", "n", "k", "batch"],
  lengths(uniforms: Uniforms, structural: Structural) {
    const written = extent(storedC(uniforms), uniforms);
    return {
      a: extent(storedA(uniforms, structural), uniforms),
      b: extent(storedB(uniforms, structural), uniforms),
      bias: uniforms.n,
      c: written,
      preactivation: written,
    };
  },
  items: ({ m, batch }) => m * batch,
  reference: matmulReference,
  work({ m, n, k, batch }, { accumulate, activation }) {
    const results = (accumulate ? 2 : 1) + (activation === "none" ? 0 : 1);
    return {
      flops: 2 * m * n * k * batch,
      bytes: 4 * batch * (m * k + k * n + results * m * n),
    };
  },
  cases: matmulCases,
};
