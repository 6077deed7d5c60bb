/**
 * Kernels of gradient clipping, of the LAMB and AdamW updates, and of the dynamic loss scale. LAMB is You et al., arXiv 1904.00962, as in
 * google-research/albert, lamb_optimizer.py; AdamW is google-research/bert, optimization.py. Neither corrects the bias of the moments.
 *
 * @module
 */
import { below, cross } from "../cases.ts";
import {
  type Kernel,
  type KernelCase,
  READ,
  READ_F32,
  READ_U32,
  type Uniforms,
  when,
  type Work,
  WRITE,
  WRITE_F32,
  WRITE_U32,
} from "../kernel.ts";
import { rowVariants } from "../row_variants.ts";
import { BLOCK_LIMIT, blockCases, blockShape, squares } from "./cases.ts";
import * as texts from "./optimizer.wgsl.ts";
import * as reference from "./reference.ts";

/**
 * `partials[b] = Σ x²` of block `b`. With `check`, `flag[0] = 1` if any `x` of a block is NaN or infinite, tested on its bits; otherwise the flag is unchanged.
 */
export const optimizerSquareSums: Kernel = {
  name: "optimizer.square_sums",
  bindings: {
    x: READ,
    blocks: READ_U32,
    partials: WRITE_F32,
    flag: when("check", { ...WRITE_U32, element: "atomic<u32>" }),
  },
  uniforms: { block_count: "u32" },
  structural: { check: [false, true] },
  variants: rowVariants([texts.block, texts.squareSums], blockShape, { widths: [4] }),
  lengths: ({ block_count }) => ({ blocks: 3 * block_count, partials: block_count, flag: 1 }),
  items: ({ block_count }) => block_count,
  reference: reference.squareSums,
  work: ({ block_count }) => ({
    flops: 2 * BLOCK_LIMIT * block_count,
    bytes: 4 * BLOCK_LIMIT * block_count,
  }),
  cases: () =>
    [
      ...blockCases({}, ["x"]),
      // A set flag stays set.
      ...blockCases({}, ["x"], { fill: { flag: () => [1] } }),
    ].flatMap((some) => [
      { ...some, structural: { check: false } },
      { ...some, structural: { check: true } },
    ]),
};

/**
 * `norm[0] = √Σ partials`; `norm[1] = min(1, max_norm / norm)`, 1 if `max_norm ≤ 0`, NaN if the norm is NaN; `norm[2 + slot]` logs the norm.
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

/** 1 − β is a separate uniform: in float32, 1 − 0.999 has a relative error of 1e-5. */
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

/** Cases with the flag unset, and one with it set, which must change nothing. */
function updateCases(uniforms: Uniforms, flat: readonly string[]): KernelCase[] {
  const fill = { v: squares, ratios: squares, norm: () => [2, 0.5] };
  return [
    ...blockCases(uniforms, flat, { fill }),
    ...blockCases(uniforms, flat, { fill: { ...fill, flag: () => [1] } }).slice(0, 1),
  ];
}

/**
 * With `g = gradients·norm[1]`: `m = β1·m + (1 − β1)·g`, `v = β2·v + (1 − β2)·g²`, `u = m/(√v + ε)`, plus `weight_decay·w` if the tensor
 * decays; `partials` receives the block's Σw² and Σu². Writes nothing if `flag[0]` is set.
 */
export const optimizerLambMoments: Kernel = {
  name: "optimizer.lamb_moments",
  bindings: {
    weights: READ,
    gradients: READ,
    norm: READ_F32,
    flag: READ_U32,
    blocks: READ_U32,
    m: WRITE,
    v: WRITE,
    partials: WRITE_F32,
  },
  uniforms: { block_count: "u32", ...MOMENTS },
  structural: {},
  variants: rowVariants([texts.block, texts.decay, texts.lambMoments], blockShape, { widths: [4] }),
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

/** Tensor `t` owns blocks `tensor_blocks[t]` to `tensor_blocks[t + 1] − 1`: `‖w‖/‖u‖` if it decays and both are above 0, else 1. */
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

/** `w −= learning_rate·ratio·u`, with u of {@linkcode optimizerLambMoments}. Writes nothing if `flag[0]` is set. */
export const optimizerLambApply: Kernel = {
  name: "optimizer.lamb_apply",
  bindings: {
    m: READ,
    v: READ,
    flag: READ_U32,
    blocks: READ_U32,
    ratios: READ_F32,
    weights: WRITE,
  },
  uniforms: { block_count: "u32", epsilon: "f32", weight_decay: "f32", learning_rate: "f32" },
  structural: {},
  variants: rowVariants([texts.block, texts.decay, texts.lambApply], blockShape, { widths: [4] }),
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

/** The moments of {@linkcode optimizerLambMoments} and `w −= learning_rate·u` in one kernel. Writes nothing if `flag[0]` is set. */
export const optimizerAdamw: Kernel = {
  name: "optimizer.adamw",
  bindings: {
    gradients: READ,
    norm: READ_F32,
    flag: READ_U32,
    blocks: READ_U32,
    weights: WRITE,
    m: WRITE,
    v: WRITE,
  },
  uniforms: { block_count: "u32", ...MOMENTS, learning_rate: "f32" },
  structural: {},
  variants: rowVariants([texts.block, texts.decay, texts.adamw], blockShape, { widths: [4] }),
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

/**
 * Updates the dynamic loss scale after a step. If the step's flag is set (NaN or infinity), halves the scale and clears the flag; at a
 * scale of 1 the flag stays set and the state records it. After `interval` good steps, doubles the scale, up to `largest`.
 */
export const optimizerLossScale: Kernel = {
  name: "optimizer.loss_scale",
  bindings: { flag: WRITE_U32, state: WRITE },
  uniforms: { interval: "u32", largest: "f32" },
  structural: {},
  variants: [{
    name: "single",
    numerics: "exact order",
    supports: () => true,
    workgroupSize: 1,
    body: () => texts.lossScale,
    workgroups: () => [1, 1, 1],
  }],
  lengths: () => ({ flag: 1, state: reference.LOSS_SCALE_STATE }),
  items: () => 1,
  reference: reference.lossScale,
  work: () => ({ flops: 1, bytes: 40 }),
  cases: () =>
    [
      [0, 1024, 3, 5, 0], // another good step
      [0, 1024, 9, 5, 0], // the last good step of an interval
      [0, 65536, 9, 0, 0], // at the largest scale
      [1, 1024, 3, 5, 0], // a skipped step
      [1, 1, 3, 5, 0], // a skipped step at scale 1
      [1, 1, 0, 6, 1], // another one
    ].map(([flag, ...state]) => ({
      structural: {},
      uniforms: { interval: 10, largest: 65536 },
      fill: { flag: () => [flag], state: () => state },
    })),
};
