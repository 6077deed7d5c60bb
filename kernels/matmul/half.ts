/**
 * The matrix multiplication with half-precision operands (f16) and float32 sums.
 *
 * `C = act(alpha·op(A)·op(B) + bias)`, or `C += …`, as {@linkcode matmulMatmul}, but A and B are the output of `half.pack`: two numbers
 * to a word, rows padded with zeros to multiples of four. Leading dimensions, multiples of four, count elements. If a gradient was
 * scaled when it was packed, `unscale` divides the result by the same scale, a power of two. The product of two f16 numbers is exact
 * in float32, so variants differ only in the order of their sums.
 *
 * @module
 */
import { MATMUL_ACTIVATIONS } from "../activation/activation.ts";
import { float16View } from "../half/reference.ts";
import {
  type Kernel,
  READ,
  READ_F16,
  READ_F32,
  type VariantContext,
  when,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { halfCases } from "./half_cases.ts";
import { matmulMatmul } from "./kernel.ts";
import { extent, storedA, storedB, storedC } from "./layout.ts";
import { matmulReference } from "./reference.ts";
import { LARGE_TILE, NARROW_TILE, sharedVariant, SMALL_TILE, TALL_TILE } from "./shared.ts";
import { simpleVariant, textureVariants } from "./variants.ts";

/**
 * Whether the adapter multiplies f16 numbers with float32 sums in one instruction, which saves workgroup memory. Others convert each
 * operand of each product, NVIDIA's at a quarter of the rate of the products.
 */
const multipliesHalf = ({ capabilities }: VariantContext) => capabilities.vendor === "amd";

/** `matmul.half`. */
export const matmulHalf: Kernel = {
  name: "matmul.half",
  bindings: {
    a: READ_F16,
    b: READ_F16,
    bias: when("bias", READ),
    c: WRITE,
    preactivation: { ...WRITE, when: ({ activation }) => activation !== "none" },
    row_sums: when("row_sums", WRITE_F32),
    scale: when("unscale", READ_F32),
  },
  uniforms: matmulMatmul.uniforms,
  structural: {
    transpose_a: [false, true],
    transpose_b: [false, true],
    bias: [false, true],
    accumulate: [false, true],
    activation: MATMUL_ACTIVATIONS,
    row_sums: [false, true],
    unscale: [false, true],
  },
  variants: [
    ...textureVariants("rgba16float"),
    sharedVariant({ name: "packed_narrow", ...NARROW_TILE, operands: "packed" }),
    ...[
      { size: "_large", tile: LARGE_TILE },
      { size: "_tall", tile: TALL_TILE },
      { size: "", tile: SMALL_TILE },
    ].flatMap(({ size, tile }) => [
      sharedVariant({
        ...{ name: `half_tile${size}`, ...tile, operands: "half tile" },
        prefers: (context) => tile.prefers(context) && multipliesHalf(context),
      }),
      sharedVariant({ name: `packed${size}`, ...tile, operands: "packed" }),
    ]),
    sharedVariant({ name: "packed_ragged", ...SMALL_TILE, vector: false, operands: "packed" }),
    simpleVariant(true),
  ],
  sizes: matmulMatmul.sizes,
  lengths(uniforms, structural) {
    const written = extent(storedC(uniforms));
    const [a, b] = [storedA(uniforms, structural), storedB(uniforms, structural)];
    return {
      a: a.rows * a.pitch / 2,
      b: b.rows * b.pitch / 2,
      bias: uniforms.n,
      c: written,
      preactivation: written,
      row_sums: uniforms.m,
      scale: 1,
    };
  },
  items: matmulMatmul.items,
  reference({ a, b, scale, ...rest }, uniforms, structural, begin, end) {
    const arrays = { ...rest, a: float16View(a), b: float16View(b) };
    const alpha = structural.unscale ? uniforms.alpha / scale[0] : uniforms.alpha;
    matmulReference(arrays, { ...uniforms, alpha }, structural, begin, end);
  },
  work(uniforms, structural) {
    const { m, n, k } = uniforms;
    const { flops, bytes } = matmulMatmul.work(uniforms, structural);
    return { flops, bytes: bytes - 2 * (m * k + k * n) };
  },
  cases: halfCases,
};
