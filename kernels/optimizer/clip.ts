/**
 * Signatures of what happens to gradients before an update: their norm, the clip factor, the test for NaN and Inf.
 *
 * @module
 */
import { cross } from "../cases.ts";
import { type Kernel, READ, READ_F32, READ_U32, WRITE_F32, WRITE_U32 } from "../kernel.ts";
import { BLOCK_LIMIT, blockCases, blockShape } from "./cases.ts";
import { flat, mapVariants } from "../map_variants.ts";
import { rowVariants } from "../row_variants.ts";
import * as texts from "./optimizer.wgsl.ts";
import * as reference from "./reference.ts";

/** `partials[b] = Σ x²` of block `b`. */
export const optimizerSquareSums: Kernel = {
  name: "optimizer.square_sums",
  bindings: { x: READ, blocks: READ_U32, partials: WRITE_F32 },
  uniforms: { block_count: "u32" },
  structural: {},
  variants: rowVariants([texts.block, texts.squareSums], blockShape, { widths: [4] }),
  lengths: ({ block_count }) => ({ blocks: 3 * block_count, partials: block_count }),
  items: ({ block_count }) => block_count,
  reference: reference.squareSums,
  work: ({ block_count }) => ({
    flops: 2 * BLOCK_LIMIT * block_count,
    bytes: 4 * BLOCK_LIMIT * block_count,
  }),
  cases: () => blockCases({}, ["x"]),
};

/**
 * `norm[0] = √Σ partials`; `norm[1] = min(1, max_norm / norm)`, 1 where `max_norm ≤ 0`, NaN where the norm is NaN; `norm[2 + slot]` logs the norm.
 */
export const optimizerClip: Kernel = {
  name: "optimizer.clip",
  bindings: { partials: READ_F32, norm: WRITE_F32 },
  uniforms: { block_count: "u32", slot: "u32", max_norm: "f32" },
  structural: {},
  variants: rowVariants(
    [texts.clip],
    ({ block_count }) => ({ rows: 1, columns: block_count, multiples: [] }),
    { widths: [1], oneRow: true },
  ),
  lengths: ({ block_count, slot }) => ({ partials: block_count, norm: 3 + slot }),
  items: () => 1,
  reference: reference.clip,
  work: ({ block_count }) => ({ flops: block_count, bytes: 4 * block_count }),
  cases: () =>
    cross(
      [{}],
      [[0, 1], [1, 1], [5, 1e6], [300, 0], [70_001, 1]].map(([block_count, max_norm]) => ({
        block_count,
        slot: 2,
        max_norm,
      })),
      { fill: { partials: (length, random) => Array.from({ length }, random) } },
    ),
};

/** `flag[0] = 1` where any `x` is NaN or infinite, tested on its bits; otherwise the flag stays. */
export const optimizerNonFinite: Kernel = {
  name: "optimizer.non_finite",
  bindings: { x: READ, flag: { ...WRITE_U32, element: "atomic<u32>" } },
  uniforms: { count: "u32" },
  structural: {},
  variants: mapVariants([texts.nonFinite], flat),
  lengths: ({ count }) => ({ x: count, flag: 1 }),
  items: ({ count }) => count,
  reference: reference.nonFinite,
  work: ({ count }) => ({ flops: 0, bytes: 4 * count }),
  cases: () => [
    ...cross([{}], [0, 1, 4096, 5001].map((count) => ({ count }))),
    ...[NaN, Infinity, -Infinity].flatMap((fault) =>
      cross([{}], [1, 5, 4096, 5001].map((count) => ({ count })), {
        fill: {
          x: (length) => new Float32Array(length).fill(3.4e38).fill(fault, length - 1),
        },
      })
    ),
    {
      structural: {},
      uniforms: { count: 7 },
      // Once set it stays.
      fill: { flag: () => [1] },
    },
  ],
};
