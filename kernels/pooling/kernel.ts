/**
 * Attention pooling: the mean of each example's tokens, weighted by the softmax of one logit per token.
 *
 * @module
 */
import { exponential } from "../common.wgsl.ts";
import { cross } from "../cases.ts";
import { type Kernel, type KernelCase, READ, type Uniforms, type Work, WRITE } from "../kernel.ts";
import { rowVariants } from "../row_variants.ts";
import * as texts from "./pooling.wgsl.ts";
import * as reference from "./reference.ts";

const UNIFORMS = { batch: "u32", sequence: "u32", columns: "u32" } as const;

/** batch, sequence, columns. */
const SHAPES = [
  [0, 4, 8],
  [1, 1, 1],
  [3, 5, 7],
  [2, 8, 64],
  [2, 130, 36],
  [3, 64, 5],
  [1, 384, 256],
  [65_540, 2, 1],
].map(([batch, sequence, columns]) => ({ batch, sequence, columns }));

/** Variants that go `passes` times over the products of tokens and columns. */
function variantsOf(text: string, passes: number): Kernel["variants"] {
  return rowVariants(
    [exponential, texts.weightOf, text],
    ({ batch, sequence, columns }) => ({
      rows: batch,
      columns: sequence,
      multiples: [sequence, columns],
      passes: 4 + passes * columns,
    }),
    { barriers: true },
  );
}

function lengthsOf({ batch, sequence, columns }: Uniforms) {
  return {
    tokens: batch * sequence,
    x: batch * sequence * columns,
    pooled: batch * columns,
  };
}

function work(products: number, arrays: number): (uniforms: Uniforms) => Work {
  return (uniforms) => {
    const { x } = lengthsOf(uniforms);
    return { flops: 2 * products * x, bytes: 4 * arrays * x };
  };
}

function casesOf(fill: KernelCase["fill"]): KernelCase[] {
  return cross([{}], SHAPES, { fill });
}

/** `weights = softmax(logits)` of each row of `[batch, sequence]`, `pooled[b, c] = Σ_t weights[b, t]·x[b·sequence + t, c]`. */
export const poolingForward: Kernel = {
  name: "pooling.forward",
  bindings: { logits: READ, x: READ, weights: WRITE, pooled: WRITE },
  uniforms: UNIFORMS,
  structural: {},
  variants: variantsOf(texts.forward, 1 / 4),
  lengths: (uniforms) => {
    const { tokens, x, pooled } = lengthsOf(uniforms);
    return { logits: tokens, x, weights: tokens, pooled };
  },
  items: ({ batch }) => batch,
  reference: reference.forward,
  work: work(1, 1),
  cases: () => casesOf({}),
};

/** Gradients of {@linkcode poolingForward} with respect to the logits and the tokens, from its weights and the gradient of `pooled`. */
export const poolingBackward: Kernel = {
  name: "pooling.backward",
  bindings: { weights: READ, x: READ, dpooled: READ, dlogits: WRITE, dx: WRITE },
  uniforms: UNIFORMS,
  structural: {},
  variants: variantsOf(texts.backward, 2),
  lengths: (uniforms) => {
    const { tokens, x, pooled } = lengthsOf(uniforms);
    return { weights: tokens, x, dpooled: pooled, dlogits: tokens, dx: x };
  },
  items: ({ batch }) => batch,
  reference: reference.backward,
  work: work(2, 2),
  cases: () =>
    casesOf({
      weights: (length, random) => Array.from({ length }, () => random() / 4),
    }),
};
