/**
 * The pretraining heads: masked LM, and sentence-order (SOP) or next-sentence prediction (NSP).
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
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
import { architectureOf } from "../architectures/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import {
  type DenseSpec,
  denseSpec,
  type NormSpec,
  normSpec,
  type ParameterSpec,
} from "../parameters.ts";

/** Classes of the SOP and NSP heads. */
const CLASSES = 2;

/** Parameters of the masked-LM head by part. */
export interface MaskedLanguageParts {
  /** H → E. */
  readonly dense: DenseSpec;
  /** Layer normalization after the activation, size E. */
  readonly layerNorm: NormSpec;
  /** Output bias, `[V]`. */
  readonly bias: ParameterSpec;
  /** Output matrix `[V, E]`; undefined if it is the word embeddings. */
  readonly decoder?: ParameterSpec;
}

/** Returns the parameters of the masked-LM head by part. */
export function maskedLanguageParts(config: ModelConfig): MaskedLanguageParts {
  const names = architectureOf(config).names.maskedLanguageHead;
  const tied = config.tieWordEmbeddings !== false;
  // transformers adds the bias of the output layer, which is not tied then either.
  const bias: ParameterSpec = {
    name: tied ? names.bias : `${names.decoder}.bias`,
    shape: [config.vocabSize],
    kind: "bias",
  };
  const decoder: ParameterSpec = {
    name: `${names.decoder}.weight`,
    shape: [config.vocabSize, config.embeddingSize],
    kind: "matrix",
  };
  return {
    dense: denseSpec(names.dense, config.embeddingSize, config.hiddenSize),
    layerNorm: normSpec(names.layerNorm, config.embeddingSize),
    bias,
    decoder: tied ? undefined : decoder,
  };
}

/** Returns the parameters of the masked-LM head. They include its output matrix only if it is not tied to the encoder's word embeddings. */
export function maskedLanguageSpecs(config: ModelConfig): ParameterSpec[] {
  const { dense, layerNorm, bias, decoder } = maskedLanguageParts(config);
  return [
    dense.weight,
    dense.bias,
    layerNorm.weight,
    layerNorm.bias,
    bias,
    ...decoder ? [decoder] : [],
  ];
}

/** Returns the output matrix `[V, E]` and the output bias. */
function outputLayer({ config, parameters, wordEmbeddings }: Encoder) {
  const { bias, decoder } = maskedLanguageParts(config);
  return {
    matrix: decoder === undefined ? wordEmbeddings : parameters.get(decoder),
    bias: parameters.get(bias),
  };
}

/** Applies the head's dense layer, activation and layer normalization: `[rows, H]` → `[rows, E]`. */
function transform(scope: Scope, encoder: Encoder, rows: Tensor): Tensor {
  const { config, parameters } = encoder;
  const specs = maskedLanguageParts(config);
  const { weight, bias } = resolve(parameters, specs.dense);
  const hidden = linear(scope, rows, weight, bias, config.hiddenAct);
  return layerNorm(scope, hidden, resolve(parameters, specs.layerNorm), config.layerNormEps);
}

/**
 * Computes the logits over the vocabulary at some tokens.
 *
 * @param sequenceOutput `[batch·sequence, H]`
 * @param positions distinct rows of the sequence output, `example·sequence + token`
 * @returns `[positions.length, V]`, rows padded to a pitch
 */
export function maskedLanguageLogits(
  scope: Scope,
  encoder: Encoder,
  sequenceOutput: Tensor,
  positions: Uint32Array,
): PaddedLogits {
  const rows = transform(scope, encoder, gatherRows(scope, sequenceOutput, positions));
  const { matrix, bias } = outputLayer(encoder);
  return vocabularyLogits(scope, rows, matrix, bias);
}

/**
 * Reads the logits over the vocabulary at some tokens.
 *
 * @param sequenceOutput `[batch·sequence, H]`
 * @param positions as for {@linkcode maskedLanguageLogits}
 * @returns the logits of each position, `[V]`
 */
export async function readMaskedLogits(
  device: Device,
  encoder: Encoder,
  sequenceOutput: Tensor,
  positions: Uint32Array,
): Promise<Float32Array[]> {
  const { view, columns, pitch } = maskedLanguageLogits(
    { device },
    encoder,
    sequenceOutput,
    positions,
  );
  const logits = await device.read(view) as Float32Array;
  return Array.from(positions, (_, row) => logits.subarray(row * pitch, row * pitch + columns));
}

/**
 * Adds the masked-LM loss, the cross-entropy of the masked tokens, to a loss target.
 *
 * @param positions as for {@linkcode maskedLanguageLogits}
 * @param labels ids of the original tokens, `[positions.length]`; `IGNORED_LABEL` excludes a position
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
  const { matrix, bias } = outputLayer(encoder);
  vocabularyCrossEntropy(scope, rows, matrix, bias, labels, target);
}

/** Returns the parameters of the SOP or NSP head, a dense layer on the pooled output. */
export function sentenceOrderSpecs(config: ModelConfig): ParameterSpec[] {
  return Object.values(sentenceOrderDense(config));
}

function sentenceOrderDense(config: ModelConfig) {
  return denseSpec(architectureOf(config).names.sentenceOrderHead, CLASSES, config.hiddenSize);
}

/**
 * Computes the logits of the SOP head (0 = in order, 1 = swapped) or the NSP head (0 = next, 1 = random). There is no dropout, as in google-research/albert.
 *
 * @param pooled `[batch, H]`
 * @returns `[batch, 2]`
 */
export function sentenceOrderLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  pooled: Tensor,
): Tensor {
  const { weight, bias } = resolve(parameters, sentenceOrderDense(config));
  return linear(scope, pooled, weight, bias);
}
