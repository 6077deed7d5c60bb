/**
 * Dropout masks drawn from Philox.
 *
 * @module
 */
import type { Uniforms } from "../kernel.ts";
import { philox4x32 } from "./philox.ts";

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

/**
 * The dropout mask of a `[rows, columns]` matrix. Element `(row, column)` belongs to example `first_example + row / rows_per_example` and
 * is that example's element `e = (row % rows_per_example) * columns + column`; word `e % 4` of the block with counter `[e / 4, example,
 * step, stream]` decides. So the mask depends on the example's index in the global step and on nothing local.
 */
export class DropoutMask {
  readonly #block = new Uint32Array(4);
  #blockIndex = -1;
  #blockExample = -1;

  constructor(readonly uniforms: Uniforms, readonly columns: number) {}

  /** Returns `x` after dropout: 0, or `x` times `keep_scale`. */
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
