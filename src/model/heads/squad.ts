/**
 * The paper's SQuAD 2.0 head, which is XLNet's (google-research/albert `squad_utils.py`, `create_v2_model`). It predicts the start of the answer, the end given the
 * start, and whether the question is answerable. transformers has no class for it; its tensors are named `squad_head.*`.
 *
 * @module
 */
import {
  attentionPooling,
  binaryCrossEntropy,
  concatenateColumns,
  crossEntropy,
  dropout,
  gatherRows,
  layerNorm,
  linear,
  lookUpRows,
  type LossTarget,
  maskLogits,
  reshapeRecorded,
  type Scope,
  temporaryTensor,
  type Tensor,
} from "../../tensor/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import {
  type DenseSpec,
  denseSpec,
  type NormSpec,
  normSpec,
  type ParameterSpec,
} from "../parameters.ts";

/** Parameters of the head by part. */
export interface SquadHeadParts {
  /** H → 1, the start logit of a token. */
  readonly start: DenseSpec;
  /** 2H → H, from a token and the start token. */
  readonly endDense: DenseSpec;
  /** Layer normalization after the tanh, size H. */
  readonly endNorm: NormSpec;
  /** H → 1, the end logit of a token. */
  readonly end: DenseSpec;
  /** 2H → H, from the averaged start and `[CLS]`. */
  readonly answerDense: DenseSpec;
  /** Weight of a dense layer H → 1 without bias. */
  readonly answer: ParameterSpec;
}

/** Returns the parameters of the head by part. */
export function squadHeadParts({ hiddenSize }: ModelConfig): SquadHeadParts {
  return {
    start: denseSpec("squad_head.start", 1, hiddenSize),
    endDense: denseSpec("squad_head.end.dense_0", hiddenSize, 2 * hiddenSize),
    endNorm: normSpec("squad_head.end.layer_norm", hiddenSize),
    end: denseSpec("squad_head.end.dense_1", 1, hiddenSize),
    answerDense: denseSpec("squad_head.answer.dense_0", hiddenSize, 2 * hiddenSize),
    answer: { name: "squad_head.answer.dense_1.weight", shape: [1, hiddenSize], kind: "matrix" },
  };
}

/** Returns the parameters of the head. */
export function squadHeadSpecs(config: ModelConfig): ParameterSpec[] {
  const { start, endDense, endNorm, end, answerDense, answer } = squadHeadParts(config);
  const pairs = [start, endDense, endNorm, end, answerDense];
  return [...pairs.flatMap(({ weight, bias }) => [weight, bias]), answer];
}

/** Labels of a batch, in host memory. */
export interface SquadHeadLabels {
  /** 1 for tokens that can be a start or an end (the paragraph and `[CLS]`), else 0, `[batch·sequence]`. */
  readonly allowed: Uint8Array;
  /** Position of the answer's first token, 0 without an answer, `[batch]`. */
  readonly starts: Uint32Array;
  /** Position of the answer's last token, 0 without an answer, `[batch]`. */
  readonly ends: Uint32Array;
  /** 1 without an answer, else 0, `[batch]`. */
  readonly impossible: Float32Array;
}

/**
 * Computes the start logits, with −1e30 added to tokens that are not allowed.
 *
 * @param hidden `[batch·sequence, H]`
 * @param allowed as in {@linkcode SquadHeadLabels}
 * @returns `[batch, sequence]`
 */
export function squadStartLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  hidden: Tensor,
  batch: number,
  allowed: Uint8Array,
): Tensor {
  const { weight, bias } = resolve(parameters, squadHeadParts(config).start);
  const logits = linear(scope, hidden, weight, bias);
  return maskLogits(scope, byExample(scope, logits, batch), allowed);
}

/**
 * Computes the end logits, given one start per example.
 *
 * @param hidden `[batch·sequence, H]`
 * @param starts start positions, `[batch]`: the labels in training, candidates in inference
 * @param allowed as in {@linkcode SquadHeadLabels}
 * @returns `[batch, sequence]`
 */
export function squadEndLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  hidden: Tensor,
  starts: Uint32Array,
  allowed: Uint8Array,
): Tensor {
  const { endDense, endNorm, end } = squadHeadParts(config);
  const batch = starts.length;
  const rows = hidden.shape[0];
  const sequence = rows / batch;
  // Each token's row followed by the start row of its example: reshaped to [tokens, 2·H].
  const pairs = Uint32Array.from({ length: 2 * rows }, (_, i) => {
    const row = i >>> 1;
    const example = Math.floor(row / sequence);
    return i % 2 === 0 ? row : example * sequence + starts[example];
  });
  const input = reshapeRecorded(scope, lookUpRows(scope, hidden, pairs), [
    rows,
    2 * config.hiddenSize,
  ]);
  const dense = resolve(parameters, endDense);
  const inner = layerNorm(
    scope,
    linear(scope, input, dense.weight, dense.bias, "tanh"),
    resolve(parameters, endNorm),
    config.layerNormEps,
  );
  const { weight, bias } = resolve(parameters, end);
  const logits = linear(scope, inner, weight, bias);
  return maskLogits(scope, byExample(scope, logits, batch), allowed);
}

/**
 * Computes the logit that there is no answer, from the hidden states averaged by start probability and that of `[CLS]`.
 *
 * @param hidden `[batch·sequence, H]`
 * @param startLogits output of {@linkcode squadStartLogits}
 * @returns `[batch, 1]`
 */
export function squadAnswerLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  hidden: Tensor,
  startLogits: Tensor,
): Tensor {
  const { answerDense, answer } = squadHeadParts(config);
  const [batch, sequence] = startLogits.shape;
  const first = Uint32Array.from({ length: batch }, (_, example) => example * sequence);
  const start = attentionPooling(scope, startLogits, hidden);
  const input = concatenateColumns(scope, start, gatherRows(scope, hidden, first));
  const { weight, bias } = resolve(parameters, answerDense);
  const inner = linear(scope, input, weight, bias, "tanh");
  const dropped = dropout(scope, inner, config.classifierDropoutProb, 1);
  const zero = temporaryTensor(scope.device, [1], "no bias");
  scope.device.write(zero.view, new Float32Array(1));
  return linear(scope, dropped, parameters.get(answer), zero);
}

/**
 * Adds the loss `½·(start + end) + ½·answerable`, each term a cross-entropy, to a loss target.
 *
 * @param hidden `[batch·sequence, H]`
 */
export function squadHeadLoss(
  scope: Scope,
  encoder: Encoder,
  hidden: Tensor,
  { allowed, starts, ends, impossible }: SquadHeadLabels,
  target: LossTarget,
): void {
  const half = { ...target, scale: target.scale / 2, correctSlot: undefined };
  const startLogits = squadStartLogits(scope, encoder, hidden, starts.length, allowed);
  const endLogits = squadEndLogits(scope, encoder, hidden, starts, allowed);
  const answerLogits = squadAnswerLogits(scope, encoder, hidden, startLogits);
  crossEntropy(scope, startLogits, starts, half);
  crossEntropy(scope, endLogits, ends, half);
  binaryCrossEntropy(scope, answerLogits, impossible, half);
}

/** Reshapes one logit per token to one row per example. */
function byExample(scope: Scope, logits: Tensor, batch: number): Tensor {
  return reshapeRecorded(scope, logits, [batch, logits.shape[0] / batch]);
}
