/**
 * Scaled dot-product attention that never stores the matrix of scores: the forward pass stores the log-sum-exp of each row, and the
 * backward pass recomputes the probabilities from it.
 *
 * Every kernel computes all heads of all examples: token `i` of example `b` is row `b·sequence + i` of `[batch·sequence, pitch]`, head `h`
 * its columns `h·size … (h + 1)·size`. Queries, keys, values and their gradients have one pitch, so that they can be columns of one matrix;
 * the output and its gradient have `out_pitch`. Rows `(b, h, i)` of `[batch·heads·sequence]` have index `(b·heads + h)·sequence + i`.
 *
 * @module
 */
import { combinations, cross, randomMask } from "../cases.ts";
import {
  type Kernel,
  type KernelCase,
  READ,
  READ_F32,
  READ_U32,
  type Structural,
  type Uniforms,
  type Work,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { DROPOUT_UNIFORMS } from "../philox/dropout_mask.ts";
import { rowVariants } from "../row_variants.ts";
import * as texts from "./attention.wgsl.ts";
import { slopes } from "./tile.wgsl.ts";
import { LANES_BACKWARD_KEY, LANES_BACKWARD_QUERY, LANES_FORWARD } from "./lane_lines.ts";
import { laneVariants } from "./lanes.ts";
import { DKEY, DQUERY, DVALUE, OUT, pitchOf } from "./layout.ts";
import { type TileOperands, tileVariants } from "./tile.ts";
import * as reference from "./reference.ts";

const SIZES = { batch: "u32", heads: "u32", sequence: "u32", size: "u32" } as const;
const UNIFORMS = {
  ...SIZES,
  pitch: "u32",
  out_pitch: "u32",
  scale: "f32",
  ...DROPOUT_UNIFORMS,
} as const;
const DROPOUT = { dropout: [false, true] } as const;

/** For a tuner: the sizes, and sequences without padding. */
const TUNED: Pick<Kernel, "sizes" | "usual"> = {
  sizes: ["batch", "heads", "sequence", "size"],
  usual: ({ sequence }) => ({ lengths: sequence }),
};

/** Bound on `|a − b| / (|b| + rms)`: a score of size 10 has an error of 1e-6 in any order of addition, and so has its probability. */
const TOLERANCE = 5e-6;

const rowsOf = ({ batch, heads, sequence }: Uniforms): number => batch * heads * sequence;

/** Elements of an operand, from the first column of the first token to the last of the last. */
function extentOf(uniforms: Uniforms, name: string): number {
  const { batch, heads, sequence, size } = uniforms;
  const count = batch * sequence;
  return count === 0 ? 0 : (count - 1) * uniforms[pitchOf(name)] + heads * size;
}

/** batch, heads, sequence, size, pitch, out_pitch. */
const SHAPES = [
  [0, 2, 4, 4, 8, 8],
  [1, 1, 1, 1, 1, 1],
  [2, 3, 7, 5, 47, 17],
  [2, 2, 33, 8, 16, 20],
  [3, 2, 40, 16, 64, 64],
  [1, 2, 130, 32, 64, 64],
  [1, 3, 64, 64, 576, 192],
  [2, 2, 39, 32, 192, 64],
  [1, 1, 36, 68, 72, 72],
  [1, 1, 31, 130, 130, 130],
].map(uniformsOf);

function uniformsOf([batch, heads, sequence, size, pitch, out_pitch]: number[]): Uniforms {
  return {
    ...{ batch, heads, sequence, size, pitch, out_pitch, scale: 1 / Math.sqrt(size) },
    ...randomMask(heads * sequence),
  };
}

/** The widest head that a variant keeps in registers. It takes seconds to compile. */
const WIDE = uniformsOf([1, 1, 44, 128, 128, 128]);

/** Work of `count` products of a sequence with itself, with one multiply-add per element of a head. */
function workOf(uniforms: Uniforms, count: number, arrays: number): Work {
  const { sequence, size } = uniforms;
  return {
    flops: 2 * count * rowsOf(uniforms) * sequence * size,
    bytes: 4 * arrays * rowsOf(uniforms) * size,
  };
}

/** `out = dropout(softmax(scale·Q·Kᵀ))·V` of each head over its first `lengths[b]` keys, and the log-sum-exp of each row of scores. */
export const attentionForward: Kernel = {
  name: "attention.forward",
  bindings: {
    query: READ,
    key: READ,
    value: READ,
    lengths: READ_U32,
    out: WRITE,
    log_sum_exp: WRITE_F32,
  },
  uniforms: UNIFORMS,
  structural: DROPOUT,
  ...TUNED,
  variants: [
    ...laneVariants(LANES_FORWARD),
    ...tileVariants([texts.forward], {
      read: ["query", "key", "value"],
      products: [["query", "key"]],
      written: [OUT],
    }),
  ],
  lengths: (uniforms) => ({
    ...extentsOf(uniforms, "query", "key", "value", "out"),
    lengths: uniforms.batch,
    log_sum_exp: rowsOf(uniforms),
  }),
  items: rowsOf,
  reference: reference.forward,
  work: (uniforms) => workOf(uniforms, 2, 4),
  cases: () => casesOf({}),
};

/** The log-sum-exp and `Σ_c out·dout` of each row, interleaved. */
export const attentionStatistics: Kernel = {
  name: "attention.statistics",
  bindings: { out: READ, dout: READ, log_sum_exp: READ_F32, statistics: WRITE_F32 },
  uniforms: { ...SIZES, out_pitch: "u32" },
  structural: {},
  variants: rowVariants([texts.statistics], (uniforms) => ({
    rows: rowsOf(uniforms),
    columns: uniforms.size,
    multiples: [uniforms.size, uniforms.out_pitch],
    passes: 1,
  })),
  lengths: (uniforms) => ({
    ...extentsOf(uniforms, "out", "dout"),
    log_sum_exp: rowsOf(uniforms),
    statistics: 2 * rowsOf(uniforms),
  }),
  items: rowsOf,
  reference: reference.statistics,
  work: (uniforms) => ({
    flops: 2 * rowsOf(uniforms) * uniforms.size,
    bytes: 8 * rowsOf(uniforms) * (uniforms.size + 1),
  }),
  cases: () => cross([{}], [...SHAPES, uniformsOf([2, 3, 10_930, 2, 6, 6])]),
};

const SLOPES: Omit<TileOperands, "written"> = {
  read: ["query", "key", "value", "dout"],
  products: [["query", "key"], ["dout", "value"]],
};

const BACKWARD_BINDINGS = {
  query: READ,
  key: READ,
  value: READ,
  dout: READ,
  lengths: READ_U32,
  statistics: READ_F32,
} as const;

function backwardLengths(uniforms: Uniforms): Record<string, number> {
  return {
    ...extentsOf(uniforms, "query", "key", "value", "dout"),
    lengths: uniforms.batch,
    statistics: 2 * rowsOf(uniforms),
  };
}

/** `dQ = dS·K`, where `dS = scale·P·(dP − δ)` and `dP = dO·Vᵀ` is masked as the forward pass masked P. */
export const attentionBackwardQuery: Kernel = {
  name: "attention.backward_query",
  bindings: { ...BACKWARD_BINDINGS, dquery: WRITE },
  uniforms: UNIFORMS,
  structural: DROPOUT,
  ...TUNED,
  variants: [
    ...laneVariants(LANES_BACKWARD_QUERY),
    ...tileVariants([slopes, texts.backwardQuery], { ...SLOPES, written: [DQUERY] }),
  ],
  lengths: (uniforms) => ({ ...backwardLengths(uniforms), ...extentsOf(uniforms, "dquery") }),
  items: rowsOf,
  reference: reference.backwardQuery,
  work: (uniforms) => workOf(uniforms, 3, 5),
  cases: () => casesOf({ statistics: someStatistics }),
};

/**
 * `dK = dSᵀ·Q` and `dV = dropout(P)ᵀ·dO`; zero for keys beyond the example's length. Both are columns of one binding, dV from `dvalue_column` on.
 */
export const attentionBackwardKey: Kernel = {
  name: "attention.backward_key",
  bindings: { ...BACKWARD_BINDINGS, dkey_dvalue: WRITE },
  uniforms: { ...UNIFORMS, dvalue_column: "u32" },
  structural: DROPOUT,
  ...TUNED,
  variants: [
    ...laneVariants(LANES_BACKWARD_KEY),
    ...tileVariants([slopes, texts.backwardKey], { ...SLOPES, written: [DKEY, DVALUE] }),
  ],
  lengths: (uniforms) => ({
    ...backwardLengths(uniforms),
    dkey_dvalue: uniforms.dvalue_column + extentOf(uniforms, "dvalue"),
  }),
  items: rowsOf,
  reference: reference.backwardKey,
  work: (uniforms) => workOf(uniforms, 4, 6),
  cases: () =>
    casesOf({ statistics: someStatistics }).map(({ uniforms, ...others }) => ({
      ...others,
      uniforms: { ...uniforms, dvalue_column: someColumn(uniforms) },
    })),
};

function extentsOf(uniforms: Uniforms, ...names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, extentOf(uniforms, name)]));
}

/** A column of dV for tests: next to dK if rows are long enough, else after its last row. */
function someColumn({ batch, heads, sequence, size, pitch }: Uniforms): number {
  return 2 * heads * size <= pitch ? pitch - heads * size : batch * sequence * pitch;
}

function casesOf(fill: KernelCase["fill"]): KernelCase[] {
  const casesWith = (structurals: readonly Structural[]) => (uniforms: Uniforms): KernelCase[] =>
    cross(structurals, [uniforms], {
      fill: { ...fill, lengths: someLengths(uniforms.sequence) },
      tolerance: TOLERANCE,
    });
  return [
    ...SHAPES.flatMap(casesWith(combinations(DROPOUT))),
    ...casesWith([{ dropout: false }])(WIDE),
  ];
}

/** Contents: the full length first, then random lengths from 1 to it. */
function someLengths(most: number): (length: number, random: () => number) => number[] {
  return (length, random) =>
    Array.from({ length }, (_, i) => i === 0 ? most : 1 + Math.floor(random() * most));
}

/** Contents: pairs of a log-sum-exp and a δ. */
function someStatistics(length: number, random: () => number): number[] {
  return Array.from({ length }, (_, i) => i % 2 === 0 ? 2 + random() : random() - 0.5);
}
