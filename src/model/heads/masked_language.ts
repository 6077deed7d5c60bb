/**
 * The masked language head: dense to E, activation, LayerNorm, then the word embedding table as the output matrix.
 *
 * @module
 */
import {
  gatherRows,
  layerNorm,
  linear,
  type LossTarget,
  type PaddedLogits,
  type Scope,
  type Tensor,
  vocabularyCrossEntropy,
  vocabularyLogits,
} from "../../tensor/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import { partNames } from "../names.ts";
import { denseSpec, normSpec, type ParameterSpec } from "../parameter.ts";

function headSpecs(config: ModelConfig) {
  const names = partNames(config.arch).maskedHead;
  const bias: ParameterSpec = { name: names.bias, shape: [config.vocabSize], kind: "bias" };
  return {
    dense: denseSpec(names.dense, config.embeddingSize, config.hiddenSize),
    layerNorm: normSpec(names.layerNorm, config.embeddingSize),
    bias,
  };
}

/** Parameters of the head; the output matrix is the encoder's word embeddings. */
export function maskedLanguageSpecs(config: ModelConfig): ParameterSpec[] {
  const { dense, layerNorm, bias } = headSpecs(config);
  return [dense.weight, dense.bias, layerNorm.weight, layerNorm.bias, bias];
}

/** `[rows, hidden]` → `[rows, embedding]`, ready for the vocabulary. */
function transform(scope: Scope, encoder: Encoder, rows: Tensor): Tensor {
  const { config, parameters } = encoder;
  const specs = headSpecs(config);
  const { weight, bias } = resolve(parameters, specs.dense);
  const hidden = linear(scope, rows, weight, bias, config.hiddenAct);
  return layerNorm(scope, hidden, resolve(parameters, specs.layerNorm), config.layerNormEps);
}

/**
 * Logits over the vocabulary at some tokens.
 *
 * @param positions rows of the sequence output, `example·sequence + token`, distinct
 */
export function maskedLanguageLogits(
  scope: Scope,
  encoder: Encoder,
  sequenceOutput: Tensor,
  positions: Uint32Array,
): PaddedLogits {
  const rows = transform(scope, encoder, gatherRows(scope, sequenceOutput, positions));
  const bias = encoder.parameters.get(headSpecs(encoder.config).bias);
  return vocabularyLogits(scope, rows, encoder.wordEmbeddings, bias);
}

/**
 * Cross-entropy of the masked tokens.
 *
 * @param positions as in {@linkcode maskedLanguageLogits}
 * @param labels the tokens that were masked, `[positions.length]`; `IGNORED_LABEL` leaves one out
 */
export function maskedLanguageLoss(
  scope: Scope,
  encoder: Encoder,
  sequenceOutput: Tensor,
  positions: Uint32Array,
  labels: Uint32Array,
  target: LossTarget,
): void {
  const rows = transform(scope, encoder, gatherRows(scope, sequenceOutput, positions));
  const bias = encoder.parameters.get(headSpecs(encoder.config).bias);
  vocabularyCrossEntropy(scope, rows, encoder.wordEmbeddings, bias, labels, target);
}
