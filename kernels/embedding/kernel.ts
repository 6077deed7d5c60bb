/**
 * Table lookups and their gradients, which are summed in a fixed order and never atomically.
 *
 * @module
 */
import { below, combinations, cross, distinctBelow } from "../cases.ts";
import { type Kernel, type KernelCase, READ, READ_U32, WRITE } from "../kernel.ts";
import { mapVariants } from "../map_variants.ts";
import * as texts from "./embedding.wgsl.ts";
import * as reference from "./reference.ts";

const ACCUMULATE = { accumulate: [false, true] } as const;

/** Rows and columns of the result. */
const SHAPES = [[0, 8], [1, 1], [5, 7], [6, 64], [130, 36], [65_540, 4], [65_537, 1]];

/** `out[row] = words[ids[row]] + positions[row % sequence] + types[type_ids[row]]`. */
export const embeddingForward: Kernel = {
  name: "embedding.forward",
  bindings: {
    words: READ,
    positions: READ,
    types: READ,
    ids: READ_U32,
    type_ids: READ_U32,
    out: WRITE,
  },
  uniforms: { rows: "u32", columns: "u32", sequence: "u32" },
  structural: {},
  variants: mapVariants(
    [texts.forward],
    ({ rows, columns }) => ({ rows, columns, multiples: [columns] }),
  ),
  lengths: ({ rows, columns, sequence }) => ({
    positions: Math.min(rows, sequence) * columns,
    ids: rows,
    type_ids: rows,
    out: rows * columns,
  }),
  items: ({ rows }) => rows,
  reference: reference.forward,
  work: ({ rows, columns }) => ({ flops: 2 * rows * columns, bytes: 16 * rows * columns }),
  cases: () =>
    SHAPES.map(([rows, columns]) => ({
      structural: {},
      uniforms: { rows, columns, sequence: 5 },
      lengths: { words: 50 * columns, types: 2 * columns },
      fill: { ids: below(50), type_ids: below(2) },
    })),
};

/** `out[i] = x[indices[i]·pitch …]`, `columns` elements each. */
export const embeddingGather: Kernel = {
  name: "embedding.gather",
  bindings: { x: READ, indices: READ_U32, out: WRITE },
  uniforms: { count: "u32", columns: "u32", pitch: "u32" },
  structural: {},
  variants: mapVariants([texts.gather], ({ count, columns, pitch }) => ({
    rows: count,
    columns,
    multiples: [columns, pitch],
  })),
  lengths: ({ count, columns }) => ({ indices: count, out: count * columns }),
  items: ({ count }) => count,
  reference: reference.gather,
  work: ({ count, columns }) => ({ flops: 0, bytes: 8 * count * columns }),
  cases: () =>
    SHAPES.flatMap(([count, columns]) =>
      [columns, columns + 3, columns + 4].map((pitch) => ({
        structural: {},
        uniforms: { count, columns, pitch },
        lengths: { x: 50 * pitch },
        fill: { indices: below(50) },
      }))
    ),
};

/** `out[indices[i]] (+)= x[i]`; the indices are distinct. */
export const embeddingScatter: Kernel = {
  name: "embedding.scatter",
  bindings: { x: READ, indices: READ_U32, out: WRITE },
  uniforms: { count: "u32", columns: "u32" },
  structural: ACCUMULATE,
  variants: mapVariants([texts.scatter], ({ count, columns }) => ({
    rows: count,
    columns,
    multiples: [columns],
  })),
  lengths: ({ count, columns }) => ({ x: count * columns, indices: count }),
  items: ({ count }) => count,
  reference: reference.scatter,
  work: ({ count, columns }) => ({ flops: count * columns, bytes: 12 * count * columns }),
  cases: () =>
    SHAPES.flatMap(([count, columns]) =>
      cross(combinations(ACCUMULATE), [{ count, columns }], {
        lengths: { out: (count + 10) * columns },
        fill: { indices: distinctBelow(count + 10) },
      })
    ),
};

/**
 * `out[rows[s]] (+)= Σ x[items[j]]` for `offsets[s] ≤ j < offsets[s + 1]`, in that order; the rows are distinct. It is the gradient of a
 * lookup whose uses are sorted by row. One invocation sums a whole segment, so keep segments short and sum long ones in two levels.
 */
export const embeddingSegmentSum: Kernel = {
  name: "embedding.segment_sum",
  bindings: { x: READ, offsets: READ_U32, items: READ_U32, rows: READ_U32, out: WRITE },
  uniforms: { segments: "u32", columns: "u32" },
  structural: ACCUMULATE,
  variants: mapVariants([texts.segmentSum], ({ segments, columns }) => ({
    rows: segments,
    columns,
    multiples: [columns],
  })),
  lengths: ({ segments }) => ({ offsets: segments + 1, rows: segments }),
  items: ({ segments }) => segments,
  reference: reference.segmentSum,
  work: ({ segments, columns }) => ({ flops: segments * columns, bytes: 12 * segments * columns }),
  cases: () => SHAPES.flatMap(([segments, columns]) => segmentCases(segments, columns)),
};

/** Segments of 0 to 5 items. */
function segmentCases(segments: number, columns: number): KernelCase[] {
  const offsets = [0];
  for (let s = 0; s < segments; s++) offsets.push(offsets[s] + (s * 7 + 3) % 6);
  const items = offsets[segments];
  return cross(combinations(ACCUMULATE), [{ segments, columns }], {
    lengths: { x: 40 * columns, items, out: (segments + 3) * columns },
    fill: { offsets: () => offsets, items: below(40), rows: distinctBelow(segments + 3) },
  });
}
