/**
 * The sizes at which kernels are measured: those of a training step with E 128, H 256, 4 heads, 4 layers, FFN 1024, batch 16,
 * sequence 128 and 30,000 pieces, and the square matmuls of other libraries' benchmarks.
 *
 * @module
 */
import { type KernelCase, partsOf, type Structural, type Uniforms } from "../../kernels/mod.ts";
import { squareMatmul } from "../../src/device/mod.ts";

/** A case with a description of its size. */
export interface NamedCase extends KernelCase {
  readonly size: string;
}

const BATCH = 16;
const SEQUENCE = 128;
const TOKENS = BATCH * SEQUENCE;
const HIDDEN = 256;
const HEADS = 4;
const HEAD = HIDDEN / HEADS;
const FFN = 1024;
const EMBEDDING = 128;
const PIECES = 30_000;
/** Length of a row of logits, padded to a multiple of 64 elements. */
const PIECES_PITCH = Math.ceil(PIECES / 64) * 64;
/** Masked positions of a batch. */
const MASKED = 320;
const PARAMETERS = 4_800_000;
const BLOCK = 4096;
const BLOCKS = Math.ceil(PARAMETERS / BLOCK);
const TENSORS = 40;
/** Rows that one invocation sums in a column sum. */
const CHUNK = 64;

const DROPOUT: Uniforms = {
  ...{ seed_low: 1, seed_high: 2, stream: 3, step: 4, first_example: 0 },
  ...{ threshold: Math.round(0.1 * 2 ** 32), keep_scale: 1 / 0.9 },
  rows_per_example: SEQUENCE,
};

function named(
  size: string,
  uniforms: Uniforms,
  structural: Structural = {},
  rest: Pick<KernelCase, "fill" | "lengths"> = {},
): NamedCase {
  return { size, uniforms, structural, ...rest };
}

/** A matrix multiplication of the model: C[m, n] = op(A)·op(B). */
function product(
  size: string,
  [m, n, k]: readonly [number, number, number],
  structural: Structural = {},
): NamedCase {
  const square = squareMatmul(1);
  const { transpose_a = false, transpose_b = false } = structural;
  return {
    size: `${size} ${m}×${n}×${k}`,
    structural: { ...square.structural, ...structural },
    uniforms: {
      ...square.uniforms,
      ...{ m, n, k, lda: transpose_a ? m : k, ldb: transpose_b ? k : n, ldc: n },
    },
  };
}

/** Workgroups that fill a large GPU, for matmuls with divided sums. */
const FILLING = 288;
const VOCABULARY_GRADIENT = { m: MASKED, n: EMBEDDING, k: PIECES };
const PARTS = partsOf(VOCABULARY_GRADIENT, FILLING);

/** The gradient of the masked tokens, from the logits. */
function divided(unit: number): NamedCase {
  const { m, n, k } = VOCABULARY_GRADIENT;
  return named(
    `vocabulary gradient ${m}×${n}×${k}`,
    { m, n, k, lda: unit * Math.ceil(k / unit), ldb: n, ...PARTS },
    { transpose_a: false, transpose_b: false, row_sums: false },
  );
}

const rows = (count: number, columns: number) => `${count}×${columns}`;
const HIDDEN_COUNT = TOKENS * HIDDEN;
const elements = (count: number) => `${(count / 2 ** 20).toFixed(1)} Mi`;
const below = (bound: number) => (length: number) =>
  Array.from({ length }, (_, i) => i * 7919 % bound);

const heads = {
  ...{ batch: BATCH, heads: HEADS, sequence: SEQUENCE, size: HEAD },
  ...{ pitch: 3 * HIDDEN, out_pitch: HIDDEN, dvalue_column: HIDDEN },
};
const fused = { ...heads, ...DROPOUT, scale: 0.125, rows_per_example: HEADS * SEQUENCE };
const FUSED_SIZE = `${BATCH}×${HEADS}×${SEQUENCE}×${SEQUENCE}×${HEAD}`;
const fusedAttention = [false, true].map((dropout) =>
  named(FUSED_SIZE, fused, { dropout }, {
    fill: { lengths: (length) => new Array(length).fill(SEQUENCE) },
  })
);
const pooling = { batch: BATCH, sequence: SEQUENCE, columns: HIDDEN };
const POOLING_SIZE = `${BATCH}×${SEQUENCE}×${HIDDEN}`;
const normalization = { rows: TOKENS, columns: HIDDEN, epsilon: 1e-12, ...DROPOUT };
const masked = { rows: MASKED, columns: PIECES, pitch: PIECES_PITCH };
const LOGITS_SIZE = rows(MASKED, PIECES);

const blocks = (length: number) =>
  Array.from({ length }, (_, i) => {
    const block = Math.floor(i / 3);
    return [block * BLOCK, BLOCK, 2 * Math.floor(block * TENSORS / BLOCKS) + 1][i % 3];
  });
const flat = (...names: string[]) => Object.fromEntries(names.map((n) => [n, BLOCKS * BLOCK]));
const positive = (length: number, random: () => number) =>
  Array.from({ length }, () => 1e-4 * random());
const FLAT_SIZE = elements(PARAMETERS);
const DECAY = { epsilon: 1e-6, weight_decay: 0.01 };
const MOMENTS = {
  ...{ beta1: 0.9, beta2: 0.999, one_minus_beta1: 0.1, one_minus_beta2: 0.001 },
  ...DECAY,
};
const optimizer = (
  uniforms: Uniforms,
  names: readonly string[],
  structural: Structural = {},
): NamedCase[] => [
  named(FLAT_SIZE, { block_count: BLOCKS, ...uniforms }, structural, {
    lengths: { ...flat(...names), ratios: TENSORS },
    fill: { blocks, v: positive, norm: () => [1, 1] },
  }),
];

/** Cases by kernel name. */
export const KERNEL_SIZES: Readonly<Record<string, readonly NamedCase[]>> = {
  "matmul.matmul": [
    { size: "square 512", ...squareMatmul(512) },
    { size: "square 1024", ...squareMatmul(1024) },
    product("FFN in", [TOKENS, FFN, HIDDEN], { bias: true, activation: "gelu_new" }),
    product("FFN out", [TOKENS, HIDDEN, FFN], { bias: true }),
    product("FFN gradient", [TOKENS, HIDDEN, FFN], { transpose_b: true }),
    product("FFN weights", [HIDDEN, FFN, TOKENS], {
      ...{ transpose_a: true, accumulate: true, row_sums: true },
    }),
    product("vocabulary", [MASKED, PIECES_PITCH, EMBEDDING], { transpose_b: true }),
  ],
  "matmul.half": [
    product("FFN in", [TOKENS, FFN, HIDDEN], { unscale: false, bias: true }),
    product("FFN gradient", [TOKENS, HIDDEN, FFN], { unscale: false, transpose_b: true }),
    product("FFN weights", [HIDDEN, FFN, TOKENS], { unscale: false, transpose_a: true }),
  ],
  "matmul.parts": [divided(4)],
  "matmul.half_parts": [divided(128)],
  "matmul.add_parts": [
    named(
      `vocabulary gradient ${MASKED}×${EMBEDDING}`,
      { m: MASKED, n: EMBEDDING, ldc: EMBEDDING, parts: PARTS.parts, alpha: 1 },
      { bias: false, accumulate: false, activation: "none", row_sums: false, unscale: false },
    ),
  ],
  "half.pack": [
    named(
      rows(TOKENS, FFN),
      { rows: TOKENS, columns: FFN, pitch: FFN, packed_pitch: FFN },
      { scaled: true },
      { fill: { scale: () => [1024] } },
    ),
  ],
  "elementwise.fill": [named(elements(HIDDEN_COUNT), { count: HIDDEN_COUNT, value: 1 })],
  "elementwise.add": [named(elements(HIDDEN_COUNT), { count: HIDDEN_COUNT })],
  "elementwise.scale_add": [
    named(elements(HIDDEN_COUNT), { count: HIDDEN_COUNT, alpha: 1, beta: 0.5 }),
  ],
  "elementwise.activation_forward": [
    named(elements(TOKENS * FFN), { count: TOKENS * FFN }, { activation: "gelu_new" }),
    named(elements(TOKENS * FFN), { count: TOKENS * FFN }, { activation: "gelu" }),
  ],
  "elementwise.activation_backward": [
    named(elements(TOKENS * FFN), { count: TOKENS * FFN }, { activation: "gelu_new" }),
    named(elements(TOKENS * FFN), { count: TOKENS * FFN }, { activation: "gelu" }),
  ],
  "elementwise.activation_backward_in_place": [
    // Values for which GELU is the identity, so that repeated runs in place do not end in zeros.
    named(elements(TOKENS * FFN), { count: TOKENS * FFN }, { activation: "gelu_new" }, {
      fill: { x: (length) => new Array(length).fill(16) },
    }),
  ],
  "elementwise.dropout": [
    named(rows(TOKENS, HIDDEN), { rows: TOKENS, columns: HIDDEN, ...DROPOUT }),
  ],
  "layer_norm.forward": [
    named(rows(TOKENS, HIDDEN), normalization, { residual: true, dropout: false }),
    named(rows(TOKENS, HIDDEN), normalization, { residual: true, dropout: true }),
  ],
  "layer_norm.backward_input": [
    named(rows(TOKENS, HIDDEN), normalization, { dropout: false }),
    named(rows(TOKENS, HIDDEN), normalization, { dropout: true }),
  ],
  "layer_norm.backward_parameters": [
    named(rows(TOKENS, HIDDEN), {
      ...{ rows: TOKENS, columns: HIDDEN, beta_column: HIDDEN },
      rows_per_chunk: Math.ceil(TOKENS / 128),
    }),
  ],
  "attention.forward": fusedAttention,
  "attention.statistics": [named(FUSED_SIZE, heads)],
  "attention.backward_query": fusedAttention,
  "attention.backward_key": fusedAttention,
  "pooling.forward": [named(POOLING_SIZE, pooling)],
  "pooling.backward": [named(POOLING_SIZE, pooling)],
  "reduce.columns": [
    named(
      rows(TOKENS, FFN),
      { rows: TOKENS, columns: FFN, pitch: FFN, rows_per_chunk: CHUNK },
      { accumulate: false },
    ),
  ],
  "reduce.sum": [
    named(elements(TOKENS), { count: TOKENS, slot: 0, scale: 1 }, { accumulate: true }),
  ],
  "embedding.forward": [
    named(rows(TOKENS, EMBEDDING), { rows: TOKENS, columns: EMBEDDING, sequence: SEQUENCE }, {}, {
      lengths: { words: PIECES * EMBEDDING, types: 2 * EMBEDDING },
      fill: { ids: below(PIECES), type_ids: below(2) },
    }),
  ],
  "embedding.gather": [
    named(rows(MASKED, HIDDEN), { count: MASKED, columns: HIDDEN, pitch: HIDDEN }, {}, {
      lengths: { x: TOKENS * HIDDEN },
      fill: { indices: below(TOKENS) },
    }),
  ],
  "embedding.scatter": [
    named(rows(MASKED, HIDDEN), { count: MASKED, columns: HIDDEN }, { accumulate: false }, {
      lengths: { out: TOKENS * HIDDEN },
      fill: { indices: (length) => Array.from({ length }, (_, i) => 6 * i) },
    }),
  ],
  "embedding.segment_sum": [
    named(rows(1000, EMBEDDING), { segments: 1000, columns: EMBEDDING }, { accumulate: true }, {
      lengths: { x: TOKENS * EMBEDDING, items: TOKENS, out: PIECES * EMBEDDING },
      fill: {
        offsets: (length) => Array.from({ length }, (_, i) => 2 * i),
        items: below(TOKENS),
        rows: (length) => Array.from({ length }, (_, i) => 29 * i),
      },
    }),
  ],
  "cross_entropy.forward": [
    named(LOGITS_SIZE, masked, {}, { fill: { labels: below(PIECES) } }),
  ],
  "cross_entropy.backward": [
    named(LOGITS_SIZE, { ...masked, scale: 1 / MASKED }, {}, {
      fill: { labels: below(PIECES), log_sum_exp: (length) => new Array(length).fill(10) },
    }),
  ],
  "cross_entropy.correct": [
    named(String(MASKED), { count: MASKED, slot: 0, scale: 1 }, { accumulate: false }),
  ],
  "optimizer.square_sums": optimizer({}, ["x"], { check: true }),
  "optimizer.clip": [
    named(String(BLOCKS), { block_count: BLOCKS, slot: 0, max_norm: 1 }, {}, {
      fill: { partials: positive },
    }),
  ],
  "optimizer.lamb_moments": optimizer(MOMENTS, ["weights", "gradients", "m", "v"]),
  "optimizer.lamb_ratios": [
    named(String(TENSORS), { tensors: TENSORS, block_count: BLOCKS }, {}, {
      fill: {
        partials: positive,
        tensor_blocks: (length) =>
          Array.from({ length }, (_, t) => Math.floor(t * BLOCKS / TENSORS)),
      },
    }),
  ],
  "optimizer.lamb_apply": optimizer({ ...DECAY, learning_rate: 1e-4 }, ["m", "v", "weights"]),
  "optimizer.adamw": optimizer({ ...MOMENTS, learning_rate: 1e-4 }, [
    ...["gradients", "weights", "m", "v"],
  ]),
  "optimizer.loss_scale": [
    named("1", { interval: 2000, largest: 65_536 }, {}, { fill: { state: () => [1024, 0, 0, 0] } }),
  ],
  "loss.mean_squared_error": [named(String(TOKENS), { count: TOKENS, scale: 1 / TOKENS })],
  "loss.binary_cross_entropy": [named(String(TOKENS), { count: TOKENS, scale: 1 / TOKENS })],
};
