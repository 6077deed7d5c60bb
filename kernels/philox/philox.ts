/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), and the dropout
 * mask drawn from it.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";

/** Uniforms of a kernel that draws a {@linkcode DropoutMask}. */
export const DROPOUT_UNIFORMS = {
  seed_low: "u32",
  seed_high: "u32",
  stream: "u32",
  step: "u32",
  first_example: "u32",
  rows_per_example: "u32",
  threshold: "u32",
  keep_scale: "f32",
} as const;

const MULTIPLIER_0 = 0xD2511F53;
const MULTIPLIER_1 = 0xCD9E8D57;
const WEYL_0 = 0x9E3779B9;
const WEYL_1 = 0xBB67AE85;

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xFFFF, aHigh = a >>> 16;
  const bLow = b & 0xFFFF, bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carried = aLow * bHigh + (middle & 0xFFFF);
  return (aHigh * bHigh + (middle >>> 16) + (carried >>> 16)) >>> 0;
}

/** Ten rounds of Philox4x32 of counter `[c0, c1, c2, c3]` under key `[k0, k1]`; the four words go to `output`. */
export function philox4x32(
  output: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0), low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2), low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  output[0] = c0;
  output[1] = c1;
  output[2] = c2;
  output[3] = c3;
}

/**
 * The dropout mask of a `[rows, columns]` matrix. Element `(row, column)` belongs to example `first_example + row / rows_per_example` and is that example's
 * element `e = (row % rows_per_example) * columns + column`; word `e % 4` of the block with counter `[e / 4, example, step, stream]` decides. So the mask
 * depends on the example's place in the global step and on nothing local.
 */
export class DropoutMask {
  readonly #block = new Uint32Array(4);
  #blockIndex = -1;
  #blockExample = -1;

  constructor(readonly uniforms: Uniforms, readonly columns: number) {}

  /** `x` as dropout leaves it: 0, or `x` times `keep_scale`. */
  apply(x: number, row: number, column: number): number {
    const { seed_low, seed_high, stream, step, first_example, rows_per_example } = this.uniforms;
    const rowOfExample = row % rows_per_example;
    const example = (first_example + (row - rowOfExample) / rows_per_example) >>> 0;
    const element = rowOfExample * this.columns + column;
    const index = Math.floor(element / 4);
    if (index !== this.#blockIndex || example !== this.#blockExample) {
      philox4x32(this.#block, index, example, step, stream, seed_low, seed_high);
      this.#blockIndex = index;
      this.#blockExample = example;
    }
    return this.#block[element % 4] >= this.uniforms.threshold ? x * this.uniforms.keep_scale : 0;
  }
}
