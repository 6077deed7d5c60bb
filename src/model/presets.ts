/**
 * Configurations by name: the published models (paper Table 1) and this toolkit's sizes of experiment.
 *
 * @module
 */
import { ALBERT_DEFAULTS, ConfigError, type ModelConfig } from "./config.ts";

/** A preset, and whether its vocabulary size gives way to the data's. */
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

/** Widths and depths of paper Table 1; xlarge has 16 heads in the published Hugging Face configs (64-wide heads in the paper's rule would be 32). */
const ALBERT_SIZES: Readonly<Record<string, Size>> = {
  base: size(768, 12, 12),
  large: size(1024, 24, 16),
  xlarge: size(2048, 24, 16),
  xxlarge: size(4096, 12, 64),
};

/** The paper's BERT baselines: E = H, nothing shared, next-sentence prediction, dropout 0.1. */
const BERT_SIZES: Readonly<Record<string, Size>> = {
  base: size(768, 12, 12),
  large: size(1024, 24, 16),
  xlarge: size(2048, 24, 32),
};

function presets(): Record<string, ModelConfig> {
  const named: Record<string, ModelConfig> = {};
  for (const [name, sizes] of Object.entries(ALBERT_SIZES)) {
    // google-research/albert issue 23: v1 has dropout 0.1 except xxlarge; all v2 have none.
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
    ...size(128, 4, 4),
    embeddingSize: 64,
    vocabSize: 4_000,
    maxPositionEmbeddings: 512,
  };
  named["gpu-day"] = { ...ALBERT_DEFAULTS, ...size(512, 12, 8) };
  return named;
}

const PRESETS: Readonly<Record<string, ModelConfig>> = presets();

/** Names that {@linkcode presetConfig} knows. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** Tokens of an example that a preset is meant for. */
export function presetSequenceLength(name: string): number {
  return { smoke: 32, nano: 64, "gpu-day": 128 }[name] ?? 512;
}

/**
 * The configuration of a preset.
 *
 * @throws {ConfigError} for an unknown name, listing the known ones.
 */
export function presetConfig(name: string): ModelConfig {
  const config = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (config === undefined) {
    throw new ConfigError(
      `There is no preset ${JSON.stringify(name)}; the presets are ${PRESET_NAMES.join(", ")}`,
    );
  }
  return config;
}
