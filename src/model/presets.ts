/**
 * Model configurations by name: the published models (paper Table 1) and smaller ones for experiments.
 *
 * @module
 */
import { ALBERT_DEFAULTS } from "./architectures/mod.ts";
import { ConfigError, type ModelConfig } from "./config.ts";

interface Size {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly intermediateSize: number;
}

const size = (
  hiddenSize: number,
  numHiddenLayers: number,
  numAttentionHeads: number,
): Size => ({ hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize: 4 * hiddenSize });

/** Sizes of paper Table 1. The published Hugging Face configuration of xlarge has 16 heads; the paper's rule of 64 dimensions per head would give 32. */
const ALBERT_SIZES: Readonly<Record<string, Size>> = {
  base: size(768, 12, 12),
  large: size(1024, 24, 16),
  xlarge: size(2048, 24, 16),
  xxlarge: size(4096, 12, 64),
};

/** Sizes of the paper's BERT baselines, which are ALBERT models with E = H, no sharing, next-sentence prediction and dropout 0.1. */
const BERT_SIZES: Readonly<Record<string, Size>> = {
  base: size(768, 12, 12),
  large: size(1024, 24, 16),
  xlarge: size(2048, 24, 32),
};

function presets(): Record<string, ModelConfig> {
  const named: Record<string, ModelConfig> = {};
  for (const [name, sizes] of Object.entries(ALBERT_SIZES)) {
    // All v1 models except xxlarge have dropout 0.1, and v2 models have none (google-research/albert issue 23).
    const dropout = name === "xxlarge" ? 0 : 0.1;
    named[`albert-${name}-v1`] = {
      ...ALBERT_DEFAULTS,
      ...sizes,
      hiddenDropoutProb: dropout,
      attentionProbsDropoutProb: dropout,
    };
    named[`albert-${name}-v2`] = { ...ALBERT_DEFAULTS, ...sizes };
  }
  for (const [name, sizes] of Object.entries(BERT_SIZES)) {
    named[`bert-${name}`] = {
      ...ALBERT_DEFAULTS,
      ...sizes,
      embeddingSize: sizes.hiddenSize,
      embeddingProjection: false,
      numHiddenGroups: sizes.numHiddenLayers,
      share: "none",
      hiddenDropoutProb: 0.1,
      attentionProbsDropoutProb: 0.1,
      pairObjective: "nsp",
    };
  }
  named["smoke"] = {
    ...ALBERT_DEFAULTS,
    ...size(32, 2, 2),
    intermediateSize: 64,
    embeddingSize: 16,
    vocabSize: 500,
    maxPositionEmbeddings: 128,
  };
  named["nano"] = {
    ...ALBERT_DEFAULTS,
    ...size(128, 2, 4),
    embeddingSize: 64,
    vocabSize: 4_000,
    maxPositionEmbeddings: 512,
  };
  named["gpu-day"] = { ...ALBERT_DEFAULTS, ...size(512, 12, 8) };
  return named;
}

const PRESETS: Readonly<Record<string, ModelConfig>> = presets();

/** Names of the presets for {@linkcode presetConfig}. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** How to train a small preset. */
interface TrainingShape {
  /** Tokens per example. */
  readonly length: number;
  /** Examples per optimizer step; those of `pretrainSettings` if absent. */
  readonly batch?: number;
  /** Fraction of the tokens to mask; the paper's if absent. */
  readonly masked?: number;
}

/**
 * From random weights, models as small as `nano` learn from context with sequences of 32 within minutes, but not with sequences of 64, and twice as fast with 40% of
 * the tokens masked; see `docs/pretraining.md`.
 */
const TRAINING_SHAPES: ReadonlyMap<string, TrainingShape> = new Map([
  ["smoke", { length: 32 }],
  ["nano", { length: 32, batch: 64, masked: 0.4 }],
  ["gpu-day", { length: 128 }],
]);

/** Returns the default sequence length, in tokens, for training a preset: 32 to 512. */
export function presetSequenceLength(name: string): number {
  return TRAINING_SHAPES.get(name)?.length ?? 512;
}

/** Returns the default number of examples per optimizer step for training a preset: 64 for `nano`, and undefined, that of `pretrainSettings`, for the others. */
export function presetBatchSize(name: string): number | undefined {
  return TRAINING_SHAPES.get(name)?.batch;
}

/** Returns the default fraction of tokens to mask in training a preset: 0.4 for `nano`, and undefined, the paper's, for the others. */
export function presetMaskedLmProb(name: string): number | undefined {
  return TRAINING_SHAPES.get(name)?.masked;
}

/**
 * Returns the configuration of a preset.
 *
 * @throws {ConfigError} if no preset has this name
 */
export function presetConfig(name: string): ModelConfig {
  const config = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (config === undefined) {
    throw new ConfigError(
      `Unknown preset ${JSON.stringify(name)}. Presets: ${PRESET_NAMES.join(", ")}`,
    );
  }
  return config;
}
