/**
 * The model and the training settings of a run, from the settings of the form.
 *
 * @module
 */
import { type ModelConfig, presetConfig } from "@albert-lab/albert";
import {
  type PretrainRequest,
  type PretrainSettings,
  pretrainSettings,
} from "@albert-lab/albert/pretraining";
import type { Settings } from "./settings.ts";

/** A model, and how it is trained. */
interface Size {
  readonly model: Partial<ModelConfig>;
  readonly request: Omit<PretrainRequest, "steps" | "seed"> & { readonly maxSeqLength: number };
}

const SIZES: Readonly<Record<Settings["size"], Size>> = {
  // For the toy text. Its facts are learned after a plateau, which larger initial weights shorten; the decay of the rate keeps what is learned. Found by experiment.
  tiny: {
    model: {
      ...{ numHiddenLayers: 2, hiddenSize: 96, numAttentionHeads: 4, intermediateSize: 384 },
      initializerRange: 0.1,
    },
    request: {
      ...{ maxSeqLength: 20, batchSize: 16, learningRate: 0.003, warmupSteps: 40 },
      lrSchedulerType: "cosine",
      optimizer: { kind: "adamw", beta2: 0.98, weightDecay: 0 },
      examples: { ngram: 1, shortSeqProb: 0 },
    },
  },
  // LAMB with the package's rates, which depend on the width. Few layers and short sequences learn from context soonest; see `docs/pretraining.md`.
  small: {
    model: { numHiddenLayers: 2, hiddenSize: 128, numAttentionHeads: 4, intermediateSize: 512 },
    request: { maxSeqLength: 32, batchSize: 32 },
  },
  medium: {
    model: { numHiddenLayers: 3, hiddenSize: 256, numAttentionHeads: 4, intermediateSize: 1024 },
    request: { maxSeqLength: 32, batchSize: 32 },
  },
};

/** Maximum number of tokens per example of a size. */
export function lengthOfSize(size: Settings["size"]): number {
  return SIZES[size].request.maxSeqLength;
}

/** Model and training settings. */
export interface Recipe {
  readonly config: ModelConfig;
  readonly settings: PretrainSettings;
}

/** Returns the recipe of a run. `vocabularySize` is the number of pieces that training found. */
export function recipeOf(settings: Settings, vocabularySize: number): Recipe {
  const { model, request } = SIZES[settings.size];
  const { share, steps, seed, masked } = settings;
  const config: ModelConfig = {
    ...presetConfig("smoke"),
    ...model,
    vocabSize: vocabularySize,
    embeddingSize: Number(settings.embedding),
    numHiddenGroups: share === "all" ? 1 : model.numHiddenLayers!,
    share,
    pairObjective: settings.objective,
  };
  const examples = { ...request.examples, maskedLmProb: masked / 100 };
  return { config, settings: pretrainSettings({ ...request, steps, seed, examples }, config) };
}
