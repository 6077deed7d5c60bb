/**
 * Signatures of the updates. LAMB is You et al., arXiv 1904.00962, as google-research/albert's lamb_optimizer.py has it; AdamW is google-research/bert's
 * optimization.py. Neither corrects the bias of the moments.
 *
 * @module
 */
import { below } from "../cases.ts";
import {
  type Kernel,
  type KernelCase,
  READ,
  READ_F32,
  READ_U32,
  type Uniforms,
  type Work,
  WRITE,
  WRITE_F32,
} from "../kernel.ts";
import { BLOCK_LIMIT, blockCases, blockShape, squares } from "./cases.ts";
import { rowVariants } from "../row_variants.ts";
import * as texts from "./optimizer.wgsl.ts";
import * as reference from "./reference.ts";

/** 1 − β travels by itself: in float32, 1 − 0.999 is off by 1e-5 of 0.001. */
const MOMENTS = {
  beta1: "f32",
  beta2: "f32",
  one_minus_beta1: "f32",
  one_minus_beta2: "f32",
  epsilon: "f32",
  weight_decay: "f32",
} as const;

const SETTINGS = {
  beta1: 0.9,
  beta2: 0.999,
  one_minus_beta1: 0.1,
  one_minus_beta2: 0.001,
  epsilon: 1e-6,
  weight_decay: 0.01,
};

function work(flops: number, arrays: number): (uniforms: Uniforms) => Work {
  return ({ block_count }) => ({
    flops: flops * BLOCK_LIMIT * block_count,
    bytes: 4 * arrays * BLOCK_LIMIT * block_count,
  });
}

/** Cases with the flag down, and one with it up, after which nothing has changed. */
function updateCases(uniforms: Uniforms, flat: readonly string[]): KernelCase[] {
  const fill = { v: squares, ratios: squares, norm: () => [2, 0.5] };
  return [
    ...blockCases(uniforms, flat, { fill }),
    ...blockCases(uniforms, flat, { fill: { ...fill, flag: () => [1] } }).slice(0, 1),
  ];
}

/**
 * With `g = gradients·norm[1]`: `m = β1·m + (1 − β1)·g`, `v = β2·v + (1 − β2)·g²`, `u = m/(√v + ε)`, plus `weight_decay·w` where the tensor decays; the block's Σw² and Σu²
 * go to `partials`. Where `flag[0]` is set nothing is written.
 */
export const optimizerLambMoments: Kernel = {
  name: "optimizer.lamb_moments",
  bindings: {
    weights: READ,
    gradients: READ,
    norm: READ_F32,
    flag: READ_U32,
    blocks: READ_U32,
    decays: READ_U32,
    m: WRITE,
    v: WRITE,
    partials: WRITE_F32,
  },
  uniforms: { block_count: "u32", ...MOMENTS },
  structural: {},
  variants: rowVariants([texts.block, texts.lambMoments], blockShape, { widths: [4] }),
  lengths: ({ block_count }) => ({
    norm: 2,
    flag: 1,
    blocks: 3 * block_count,
    partials: 2 * block_count,
  }),
  items: ({ block_count }) => block_count,
  reference: reference.lambMoments,
  work: work(16, 6),
  cases: () => updateCases(SETTINGS, ["weights", "gradients", "m", "v"]),
};

/** Tensor `t` owns blocks `tensor_blocks[t]` to `tensor_blocks[t + 1] − 1`: `‖w‖/‖u‖` where it decays and both are above 0, else 1. */
export const optimizerLambRatios: Kernel = {
  name: "optimizer.lamb_ratios",
  bindings: {
    partials: READ_F32,
    tensor_blocks: READ_U32,
    decays: READ_U32,
    ratios: WRITE_F32,
  },
  uniforms: { tensors: "u32", block_count: "u32" },
  structural: {},
  variants: rowVariants(
    [texts.lambRatios],
    ({ tensors, block_count }) => ({ rows: tensors, columns: block_count, multiples: [] }),
    { widths: [1] },
  ),
  lengths: ({ tensors, block_count }) => ({
    partials: 2 * block_count,
    tensor_blocks: tensors + 1,
    decays: tensors,
    ratios: tensors,
  }),
  items: ({ tensors }) => tensors,
  reference: reference.lambRatios,
  work: ({ tensors, block_count }) => ({
    flops: 2 * block_count + 4 * tensors,
    bytes: 8 * block_count + 16 * tensors,
  }),
  cases: () =>
    [0, 1, 6, 40].map((tensors) => {
      const ends = Array.from({ length: tensors + 1 }, (_, t) => t * (t + 1));
      return {
        structural: {},
        uniforms: { tensors, block_count: ends[tensors] },
        fill: {
          tensor_blocks: () => ends,
          decays: below(2),
          // A tensor of zeros has no ratio.
          partials: (length: number, random: () => number) =>
            Array.from({ length }, (_, i) => i < 12 && i % 2 === 0 ? 0 : random()),
        },
      };
    }),
};

/** `w −= learning_rate·ratio·u`, u as in {@linkcode optimizerLambMoments}. Where `flag[0]` is set nothing is written. */
export const optimizerLambApply: Kernel = {
  name: "optimizer.lamb_apply",
  bindings: {
    m: READ,
    v: READ,
    flag: READ_U32,
    blocks: READ_U32,
    decays: READ_U32,
    ratios: READ_F32,
    weights: WRITE,
  },
  uniforms: { block_count: "u32", epsilon: "f32", weight_decay: "f32", learning_rate: "f32" },
  structural: {},
  variants: rowVariants([texts.block, texts.lambApply], blockShape, { widths: [4] }),
  lengths: ({ block_count }) => ({
    flag: 1,
    blocks: 3 * block_count,
  }),
  items: ({ block_count }) => block_count,
  reference: reference.lambApply,
  work: work(7, 4),
  cases: () =>
    updateCases({ epsilon: 1e-6, weight_decay: 0.01, learning_rate: 0.02 }, [
      "m",
      "v",
      "weights",
    ]),
};

/** The moments of {@linkcode optimizerLambMoments} and `w −= learning_rate·u` in one. Where `flag[0]` is set nothing is written. */
export const optimizerAdamw: Kernel = {
  name: "optimizer.adamw",
  bindings: {
    gradients: READ,
    norm: READ_F32,
    flag: READ_U32,
    blocks: READ_U32,
    decays: READ_U32,
    weights: WRITE,
    m: WRITE,
    v: WRITE,
  },
  uniforms: { block_count: "u32", ...MOMENTS, learning_rate: "f32" },
  structural: {},
  variants: rowVariants([texts.block, texts.adamw], blockShape, { widths: [4] }),
  lengths: ({ block_count }) => ({
    norm: 2,
    flag: 1,
    blocks: 3 * block_count,
  }),
  items: ({ block_count }) => block_count,
  reference: reference.adamw,
  work: work(16, 7),
  cases: () =>
    updateCases({ ...SETTINGS, learning_rate: 0.02 }, ["gradients", "weights", "m", "v"]),
};
