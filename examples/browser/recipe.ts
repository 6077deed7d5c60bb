/**
 * The model and the training settings of a run, from the settings of the form.
 *
 * @module
 */
import { type ModelConfig, presetConfig } from "@albert-lab/albert";
import { type PretrainSettings, pretrainSettings } from "@albert-lab/albert/pretraining";
import type { Settings } from "./settings.ts";

interface Size {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly sequence: number;
  readonly batch: number;
  readonly learningRate: number;
}

const SIZES: Readonly<Record<Settings["size"], Size>> = {
  tiny: { layers: 2, hiddenSize: 64, heads: 4, sequence: 32, batch: 16, learningRate: 0.006 },
  small: { layers: 4, hiddenSize: 128, heads: 4, sequence: 64, batch: 16, learningRate: 0.005 },
  medium: { layers: 6, hiddenSize: 256, heads: 4, sequence: 64, batch: 16, learningRate: 0.003 },
};

/** Model and training settings. */
export interface Recipe {
  readonly config: ModelConfig;
  readonly settings: PretrainSettings;
}

/** Returns the recipe of a run. `vocabularySize` is the number of pieces that training found. */
export function recipeOf(settings: Settings, vocabularySize: number): Recipe {
  const { layers, hiddenSize, heads, sequence, batch, learningRate } = SIZES[settings.size];
  const { share, steps, seed } = settings;
  const config: ModelConfig = {
    ...presetConfig("smoke"),
    vocabSize: vocabularySize,
    embeddingSize: Number(settings.embedding),
    hiddenSize,
    numHiddenLayers: layers,
    numHiddenGroups: share === "all" ? 1 : layers,
    numAttentionHeads: heads,
    intermediateSize: 4 * hiddenSize,
    share,
    pairObjective: settings.objective,
    // Small models learn faster from larger initial weights than the usual 0.02.
    initializerRange: 0.1,
  };
  const request = {
    steps,
    seed,
    maxSeqLength: sequence,
    batchSize: batch,
    learningRate,
    warmupSteps: Math.ceil(steps / 5),
    examples: { maskedLmProb: settings.masked / 100 },
  };
  return { config, settings: pretrainSettings(request, config) };
}
