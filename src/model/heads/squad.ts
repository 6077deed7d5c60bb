/**
 * The paper's head for SQuAD 2.0, which is XLNet's (google-research/albert `squad_utils.py`, `create_v2_model`): where an answer starts, where it ends given
 * that start, and whether there is one. transformers has no class for it; its parameters are saved as `squad_head.*`.
 *
 * @module
 */
import {
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
  softmaxMean,
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
} from "../parameter.ts";

interface SquadHeadSpecs {
  readonly start: DenseSpec;
  readonly endDense: DenseSpec;
  readonly endNorm: NormSpec;
  readonly end: DenseSpec;
  readonly answerDense: DenseSpec;
  /** Has no bias. */
  readonly answer: ParameterSpec;
}

function headSpecs({ hiddenSize }: ModelConfig): SquadHeadSpecs {
  return {
    start: denseSpec("squad_head.start", 1, hiddenSize),
    endDense: denseSpec("squad_head.end.dense_0", hiddenSize, 2 * hiddenSize),
    endNorm: normSpec("squad_head.end.layer_norm", hiddenSize),
    end: denseSpec("squad_head.end.dense_1", 1, hiddenSize),
    answerDense: denseSpec("squad_head.answer.dense_0", hiddenSize, 2 * hiddenSize),
    answer: { name: "squad_head.answer.dense_1.weight", shape: [1, hiddenSize], kind: "matrix" },
  };
}

/** Parameters of the head. */
export function squadHeadSpecs(config: ModelConfig): ParameterSpec[] {
  const { start, endDense, endNorm, end, answerDense, answer } = headSpecs(config);
  const pairs = [start, endDense, endNorm, end, answerDense];
  return [...pairs.flatMap(({ weight, bias }) => [weight, bias]), answer];
}

/** What the head is to learn about each example, on the host. */
export interface SquadHeadLabels {
  /** 1 for positions that may be a start or an end, `[batch·sequence]`: the paragraph and `[CLS]`. */
  readonly allowed: Uint8Array;
  /** Position of the answer's first token, 0 where there is none, `[batch]`. */
  readonly starts: Uint32Array;
  /** Position of its last token, `[batch]`. */
  readonly ends: Uint32Array;
  /** 1 where there is no answer, `[batch]`. */
  readonly impossible: Float32Array;
}

/**
 * Logits of the start, with −1e30 added where none may be.
 *
 * @param hidden `[batch·sequence, hidden]`
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
  const { weight, bias } = resolve(parameters, headSpecs(config).start);
  const logits = linear(scope, hidden, weight, bias);
  return maskLogits(scope, byExample(scope, logits, batch), allowed);
}

/**
 * Logits of the end, given one start for each example.
 *
 * @param hidden `[batch·sequence, hidden]`
 * @param starts positions of the starts, `[batch]`: the right ones in training, guesses afterwards
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
  const { endDense, endNorm, end } = headSpecs(config);
  const batch = starts.length;
  const rows = hidden.shape[0];
  const sequence = rows / batch;
  // Each token's row, then its example's start row: [tokens, 2·hidden] once reshaped.
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
 * Logit that there is no answer, from the tokens weighted by how likely they start one, and `[CLS]`.
 *
 * @param hidden `[batch·sequence, hidden]`
 * @param startLogits what {@linkcode squadStartLogits} gave
 * @returns `[batch, 1]`
 */
export function squadAnswerLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  hidden: Tensor,
  startLogits: Tensor,
): Tensor {
  const { answerDense, answer } = headSpecs(config);
  const [batch, sequence] = startLogits.shape;
  const first = Uint32Array.from({ length: batch }, (_, example) => example * sequence);
  const start = softmaxMean(scope, startLogits, hidden);
  const input = concatenateColumns(scope, start, gatherRows(scope, hidden, first));
  const { weight, bias } = resolve(parameters, answerDense);
  const inner = linear(scope, input, weight, bias, "tanh");
  const dropped = dropout(scope, inner, config.classifierDropoutProb, 1);
  const zero = temporaryTensor(scope.device, [1], "no bias");
  scope.device.write(zero.view, new Float32Array(1));
  return linear(scope, dropped, parameters.get(answer), zero);
}

/**
 * `½·(start + end) + ½·answerable`, each the cross-entropy of an example.
 *
 * @param hidden `[batch·sequence, hidden]`
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

/** One number a token as one row an example. */
function byExample(scope: Scope, logits: Tensor, batch: number): Tensor {
  return reshapeRecorded(scope, logits, [batch, logits.shape[0] / batch]);
}
