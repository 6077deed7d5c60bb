/**
 * Signatures of the softmax of scores, with the padding mask fused in.
 *
 * @module
 */
import { cross } from "../cases.ts";
import { type Kernel, type KernelCase, READ, READ_U32, type Uniforms, WRITE } from "../kernel.ts";
import { type RowShape, rowVariants } from "../row_variants.ts";
import { exponential } from "../common.wgsl.ts";
import * as texts from "./softmax.wgsl.ts";
import * as reference from "./reference.ts";

const rowsOf = ({ batch, heads, queries }: Uniforms): number => batch * heads * queries;

const rowShape = (uniforms: Uniforms): RowShape => ({
  rows: rowsOf(uniforms),
  columns: uniforms.pitch,
  multiples: [uniforms.pitch],
});

const UNIFORMS = {
  batch: "u32",
  heads: "u32",
  queries: "u32",
  keys: "u32",
  pitch: "u32",
  scale: "f32",
} as const;

/** batch, heads, queries, keys, pitch. */
const SHAPES = [
  [0, 2, 3, 4, 4],
  [1, 1, 1, 1, 1],
  [2, 3, 5, 7, 7],
  [2, 3, 5, 7, 12],
  [3, 2, 4, 64, 64],
  [2, 2, 3, 130, 192],
  [2, 1, 3, 512, 512],
  [1, 2, 2, 2052, 2052],
].map(uniformsOf);

const BEYOND_ONE_DIMENSION = uniformsOf([2, 5, 6554, 2, 2]);

function uniformsOf([batch, heads, queries, keys, pitch]: number[]): Uniforms {
  return { batch, heads, queries, keys, pitch, scale: 0.125 };
}

/**
 * Rows `(b, h, i)` of `[batch·heads·queries, pitch]`: softmax of `scale·scores` over `j < lengths[b]`, exactly 0 from there to the pitch.
 */
export const softmaxForward: Kernel = {
  name: "softmax.forward",
  bindings: {
    scores: READ,
    lengths: READ_U32,
    probabilities: WRITE,
  },
  uniforms: UNIFORMS,
  structural: {},
  variants: rowVariants([exponential, texts.forward], rowShape),
  lengths: (uniforms) => {
    const count = rowsOf(uniforms) * uniforms.pitch;
    return { scores: count, lengths: uniforms.batch, probabilities: count };
  },
  items: rowsOf,
  reference: reference.forward,
  work: (uniforms) => {
    const count = rowsOf(uniforms) * uniforms.pitch;
    return { flops: 12 * count, bytes: 8 * count };
  },
  cases: () => casesOf((keys) => ({ lengths: someLengths(keys) })),
};

/**
 * `dscores = scale·P·(d − Σ_j d_j·P_j)`, 0 from `keys` to the pitch. `d` is the gradient of P.
 */
export const softmaxBackward: Kernel = {
  name: "softmax.backward",
  bindings: { probabilities: READ, d: READ, dscores: WRITE },
  uniforms: UNIFORMS,
  structural: {},
  variants: rowVariants([texts.backward], rowShape),
  lengths: (uniforms) => {
    const count = rowsOf(uniforms) * uniforms.pitch;
    return { probabilities: count, d: count, dscores: count };
  },
  items: rowsOf,
  reference: reference.backward,
  work: (uniforms) => {
    const count = rowsOf(uniforms) * uniforms.pitch;
    return { flops: 5 * count, bytes: 12 * count };
  },
  cases: () => casesOf((keys) => ({ probabilities: someProbabilities(keys) })),
};

function casesOf(fill: (keys: number) => KernelCase["fill"]): KernelCase[] {
  return [
    ...SHAPES.flatMap((uniforms) => cross([{}], [uniforms], { fill: fill(uniforms.keys) })),
    ...cross([{}], [BEYOND_ONE_DIMENSION], { fill: fill(2) }),
  ];
}

function someProbabilities(keys: number): (length: number, random: () => number) => number[] {
  return (length, random) => Array.from({ length }, () => 2 * random() / keys);
}

/** The full length first, then any from 0 to it. */
function someLengths(keys: number): (length: number, random: () => number) => number[] {
  return (length, random) =>
    Array.from({ length }, (_, i) => i === 0 ? keys : Math.floor(random() * (keys + 1)));
}
