/**
 * The pretraining model: encoder, masked-LM head and, unless `pairObjective` is `none`, pooler and SOP or NSP head.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { crossEntropy, type LossTarget, type Scope } from "../tensor/mod.ts";
import { transformersClass } from "./architectures/mod.ts";
import { type ModelConfig, validateConfig } from "./config.ts";
import { Encoder, type EncoderInput } from "./encoder.ts";
import {
  maskedLanguageLoss,
  maskedLanguageSpecs,
  sentenceOrderLogits,
  sentenceOrderSpecs,
} from "./heads/pretraining.ts";
import { Parameters, type ParameterSpec } from "./parameters.ts";
import { encoderSpecs } from "./specs.ts";

/** A batch of masked sentence pairs, in host memory. */
export interface PretrainingInput extends EncoderInput {
  /** Distinct rows of the masked tokens, `example·sequence + token`. */
  readonly maskedPositions: Uint32Array;
  /** Ids of the original tokens, in the same order. */
  readonly maskedLabels: Uint32Array;
  /** SOP or NSP class of each example, `[batch]`; not read if `pairObjective` is `none`. */
  readonly sentenceOrderLabels: Uint32Array;
}

/** Targets of the two losses. */
export interface PretrainingTargets {
  /** The masked-LM loss. */
  readonly maskedLanguage: LossTarget;
  /** The SOP or NSP loss; not used if `pairObjective` is `none`. */
  readonly sentenceOrder: LossTarget;
}

function hasSentenceOrder(config: ModelConfig): boolean {
  return config.pairObjective !== "none";
}

/** Returns all parameters of the pretraining model. */
export function pretrainingSpecs(config: ModelConfig): ParameterSpec[] {
  const sentenceOrder = hasSentenceOrder(config);
  return [
    ...encoderSpecs(config, { pooler: sentenceOrder }),
    ...maskedLanguageSpecs(config),
    ...(sentenceOrder ? sentenceOrderSpecs(config) : []),
  ];
}

/** Returns the Hugging Face class of a pretraining checkpoint. */
export function pretrainingArchitecture(config: ModelConfig): string {
  return transformersClass(config, hasSentenceOrder(config) ? "ForPreTraining" : "ForMaskedLM");
}

/** The pretraining model with its parameters on a device. */
export class PretrainingModel {
  /** The model's configuration. */
  readonly config: ModelConfig;
  /** Parameters of encoder and heads. */
  readonly parameters: Parameters;
  /** The encoder. */
  readonly encoder: Encoder;

  /**
   * Allocates the parameters. All values are zero; see {@linkcode initialize} and {@linkcode loadWeights}.
   *
   * @throws {ConfigError} if the configuration is invalid
   * @throws {RangeError} if the parameters do not fit in one buffer of the device
   */
  constructor(
    device: Device,
    config: ModelConfig,
    { trainable = true }: { readonly trainable?: boolean } = {},
  ) {
    this.config = validateConfig(config);
    this.parameters = new Parameters(device, pretrainingSpecs(config), { trainable });
    this.encoder = new Encoder(config, this.parameters);
  }

  /** Computes {@linkcode pretrainingLoss} of this model. */
  loss(scope: Scope, input: PretrainingInput, targets: PretrainingTargets): void {
    pretrainingLoss(scope, this.encoder, input, targets);
  }
}

/**
 * Computes the losses of a micro-batch and adds them to the targets. If the scope has a tape, `tape.backward()` then computes the gradients.
 *
 * @param encoder an encoder with the parameters of {@linkcode pretrainingSpecs}
 * @throws {ConfigError} if the sequence is longer than `maxPositionEmbeddings`
 * @throws {RangeError} if a token id is not in the vocabulary
 */
export function pretrainingLoss(
  scope: Scope,
  encoder: Encoder,
  input: PretrainingInput,
  { maskedLanguage, sentenceOrder }: PretrainingTargets,
): void {
  const output = encoder.forward(scope, input);
  maskedLanguageLoss(
    scope,
    encoder,
    output.sequenceOutput,
    input.maskedPositions,
    input.maskedLabels,
    maskedLanguage,
  );
  if (!hasSentenceOrder(encoder.config)) return;
  const pooled = encoder.pool(scope, output, input);
  const logits = sentenceOrderLogits(scope, encoder, pooled);
  crossEntropy(scope, logits, input.sentenceOrderLabels, sentenceOrder);
}
