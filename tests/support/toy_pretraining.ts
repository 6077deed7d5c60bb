/** A tiny pretraining run on the toy corpus, step by step. */
import { ExampleDataset, exampleSettings } from "../../src/data/mod.ts";
import type { Device } from "../../src/device/mod.ts";
import type { DataParallel } from "../../src/distributed/mod.ts";
import { initialize, type ModelConfig, presetConfig } from "../../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import {
  PRETRAINING,
  pretrainingBatches,
  type PretrainingStepBatch,
} from "../../src/pretraining/mod.ts";
import { Trainer, type TrainerSettings } from "../../src/train/mod.ts";
import { toyCorpus } from "./toy_corpus.ts";

const corpus = await toyCorpus();
const examples = exampleSettings(32);

export const toyDataset = new ExampleDataset(corpus, examples, 7);

export const toyShape = {
  sequenceLength: 32,
  maxPredictions: examples.maxPredictionsPerSeq,
  padId: 0,
};

/** The smoke preset with the toy corpus's vocabulary, without dropout. */
export const toyConfig: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: corpus.vocabulary.size,
};

/** The same with dropout. */
export const toyConfigWithDropout: ModelConfig = {
  ...toyConfig,
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
};

/** Returns a trainer of an initialized toy model. */
export function toyTrainer(
  device: Device,
  settings: Partial<TrainerSettings> & Pick<TrainerSettings, "schedule" | "loggingSteps">,
  config: ModelConfig = toyConfig,
  initialSeed = 5,
  ranks?: DataParallel,
): Trainer<PretrainingStepBatch> {
  const trainer = new Trainer(device, config, PRETRAINING, {
    ...{ optimizer: OPTIMIZER_DEFAULTS, seed: 3 },
    ...settings,
  }, ranks);
  initialize(trainer.model.parameters, initialSeed, config.initializerRange);
  return trainer;
}

/** Trains some steps on consecutive examples of the toy data set. */
export function toySteps(
  trainer: Trainer<PretrainingStepBatch>,
  count: number,
  batchSize: number,
  microBatchSize = batchSize,
): void {
  for (let i = 0; i < count; i++) {
    const sizes = { batchSize, microBatchSize };
    trainer.trainStep(pretrainingBatches(toyDataset, trainer.step, sizes, toyShape));
  }
}
