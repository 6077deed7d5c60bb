/**
 * Cross-entropy of logits with one label per row.
 *
 * @module
 */
import { combinations, cross } from "../cases.ts";
import { type Kernel, READ, READ_F32, READ_U32, WRITE, WRITE_F32, WRITE_U32 } from "../kernel.ts";
import { mapVariants } from "../map_variants.ts";
import { rowVariants } from "../row_variants.ts";
import { exponential } from "../common.wgsl.ts";
import * as texts from "./cross_entropy.wgsl.ts";
import * as reference from "./reference.ts";

const ACCUMULATE = { accumulate: [false, true] } as const;

/** rows, columns, pitch. */
const SHAPES = [
  [0, 4, 4],
  [1, 1, 1],
  [3, 2, 2],
  [5, 7, 12],
  [4, 64, 64],
  [3, 1001, 1024],
  [2, 30_000, 30_016],
  [65_540, 2, 4],
];

/** `loss = lse − logits[label]`, 0 if the label is 0xFFFFFFFF; the log-sum-exp `lse`; the first column with the maximum as prediction. */
export const crossEntropyForward: Kernel = {
  name: "cross_entropy.forward",
  bindings: {
    logits: READ,
    labels: READ_U32,
    loss: WRITE_F32,
    log_sum_exp: WRITE_F32,
    prediction: WRITE_U32,
  },
  uniforms: { rows: "u32", columns: "u32", pitch: "u32" },
  structural: {},
  variants: rowVariants([exponential, texts.forward], ({ rows, columns, pitch }) => ({
    rows,
    columns,
    multiples: [columns, pitch],
  })),
  lengths: ({ rows, pitch }) => ({
    logits: rows * pitch,
    labels: rows,
    loss: rows,
    log_sum_exp: rows,
    prediction: rows,
  }),
  items: ({ rows }) => rows,
  reference: reference.forward,
  work: ({ rows, columns }) => ({ flops: 8 * rows * columns, bytes: 4 * rows * columns }),
  cases: () => [
    ...SHAPES.flatMap(([rows, columns, pitch]) =>
      cross([{}], [{ rows, columns, pitch }], { fill: { labels: labelsBelow(columns) } })
    ),
    {
      structural: {},
      uniforms: { rows: 7, columns: 300, pitch: 320 },
      fill: {
        labels: labelsBelow(300),
        // Many ties: the first is the prediction.
        logits: (length, random) => Array.from({ length }, () => Math.floor(random() * 3)),
      },
    },
  ],
};

/** In place: `logits = scale·(exp(logits − lse) − onehot(label))`; ignored rows and columns beyond the last become 0. */
export const crossEntropyBackward: Kernel = {
  name: "cross_entropy.backward",
  bindings: { logits: WRITE, labels: READ_U32, log_sum_exp: READ_F32 },
  uniforms: { rows: "u32", columns: "u32", pitch: "u32", scale: "f32" },
  structural: {},
  variants: mapVariants([exponential, texts.backward], ({ rows, pitch }) => ({
    rows,
    columns: pitch,
    multiples: [pitch],
  })),
  lengths: ({ rows, pitch }) => ({ logits: rows * pitch, labels: rows, log_sum_exp: rows }),
  items: ({ rows }) => rows,
  reference: reference.backward,
  work: ({ rows, pitch }) => ({ flops: 6 * rows * pitch, bytes: 8 * rows * pitch }),
  cases: () =>
    SHAPES.flatMap(([rows, columns, pitch]) =>
      cross([{}], [{ rows, columns, pitch, scale: 0.25 }], {
        fill: {
          labels: labelsBelow(columns),
          log_sum_exp: (length, random) => Array.from({ length }, () => 2 + random()),
        },
      })
    ),
};

/** `out[slot] (+)= scale · #{prediction = label}`, without ignored labels. */
export const crossEntropyCorrect: Kernel = {
  name: "cross_entropy.correct",
  bindings: { prediction: READ_U32, labels: READ_U32, out: WRITE_F32 },
  uniforms: { count: "u32", slot: "u32", scale: "f32" },
  structural: ACCUMULATE,
  variants: rowVariants(
    [texts.correct],
    ({ count }) => ({ rows: 1, columns: count, multiples: [] }),
    { widths: [1], oneRow: true },
  ),
  lengths: ({ count, slot }) => ({ prediction: count, labels: count, out: slot + 1 }),
  items: () => 1,
  reference: reference.correct,
  work: ({ count }) => ({ flops: count, bytes: 8 * count }),
  cases: () =>
    cross(
      combinations(ACCUMULATE),
      [0, 1, 5, 300, 70_000].map((count) => ({ count, slot: 3, scale: 0.5 })),
      { fill: { prediction: labelsBelow(3), labels: labelsBelow(3) } },
    ),
};

/** Contents: labels, one in five of them ignored. */
function labelsBelow(columns: number): (length: number, random: () => number) => number[] {
  return (length, random) =>
    Array.from(
      { length },
      () => random() < 0.2 ? reference.IGNORED : Math.floor(random() * columns),
    );
}
