/**
 * The pretraining model: encoder, masked language head and, unless the pair objective is `none`, pooler and pair head.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { crossEntropy, type LossTarget, type Scope } from "../tensor/mod.ts";
import type { ModelConfig } from "./config.ts";
import { Encoder, type EncoderInput } from "./encoder.ts";
import { maskedLanguageLoss, maskedLanguageSpecs } from "./heads/masked_language.ts";
import { pairLogits, pairSpecs } from "./heads/pair.ts";
import type { ParameterSpec } from "./parameter.ts";
import { Parameters } from "./parameters.ts";
import { encoderSpecs } from "./specs.ts";

/** Masked pairs of segments, on the host. */
export interface PretrainingInput extends EncoderInput {
  /** Masked tokens as rows `example·sequence + token`, distinct. */
  readonly maskedPositions: Uint32Array;
  /** What they were. */
  readonly maskedLabels: Uint32Array;
  /** Class of each pair, `[batch]`; not read when the objective is `none`. */
  readonly pairLabels: Uint32Array;
}

/** Where the two losses go; `pair` is not used when the objective is `none`. */
export interface PretrainingTargets {
  /** The masked language loss. */
  readonly masked: LossTarget;
  /** The pair loss. */
  readonly pair: LossTarget;
}

/** Whether a configuration has pooler and pair head. */
function hasPair(config: ModelConfig): boolean {
  return config.pairObjective !== "none";
}

/** All parameters of the pretraining model. */
export function pretrainingSpecs(config: ModelConfig): ParameterSpec[] {
  const pair = hasPair(config);
  return [
    ...encoderSpecs(config, { pooler: pair }),
    ...maskedLanguageSpecs(config),
    ...(pair ? pairSpecs(config) : []),
  ];
}

/** transformers' class for a checkpoint of the pretraining model. */
export function pretrainingArchitecture({ arch, pairObjective }: ModelConfig): string {
  const family = arch === "albert" ? "Albert" : "Bert";
  return `${family}For${pairObjective === "none" ? "MaskedLM" : "PreTraining"}`;
}

/** The pretraining model with its parameters on a device. */
export class PretrainingModel {
  /** What it was made from. */
  readonly config: ModelConfig;
  /** Of encoder and heads. */
  readonly parameters: Parameters;
  /** The shared-layer encoder. */
  readonly encoder: Encoder;

  /** Makes room for the parameters, all zero; see `initialize` and `loadWeights`. */
  constructor(
    device: Device,
    config: ModelConfig,
    { trainable = true }: { readonly trainable?: boolean } = {},
  ) {
    this.config = config;
    this.parameters = new Parameters(device, pretrainingSpecs(config), { trainable });
    this.encoder = new Encoder(config, this.parameters);
  }

  /** Runs a micro-batch forward and adds its losses to the metric slots; with a tape in the scope, `tape.backward()` then gives the gradients. */
  loss(scope: Scope, input: PretrainingInput, { masked, pair }: PretrainingTargets): void {
    const output = this.encoder.forward(scope, input);
    maskedLanguageLoss(
      scope,
      this.encoder,
      output.sequenceOutput,
      input.maskedPositions,
      input.maskedLabels,
      masked,
    );
    if (!hasPair(this.config)) return;
    const pooled = this.encoder.pool(scope, output, input);
    crossEntropy(scope, pairLogits(scope, this.encoder, pooled), input.pairLabels, pair);
  }
}
