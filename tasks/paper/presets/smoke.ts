/**
 * Everything in about a minute: a test of the machinery; the models learn nothing.
 *
 * @module
 */
import type { Recipe } from "../../../src/train/mod.ts";
import { BENCHMARKS } from "../experiment.ts";
import type { Preset } from "./preset.ts";

const RECIPE: Recipe = {
  learningRate: 1e-3,
  batchSize: 8,
  maxSteps: 2,
  maxSeqLength: 48,
  dropout: 0,
  classifierDropout: 0.1,
};

/** As small as every code path allows; the rows of a table still have different sizes. */
export const SMOKE: Preset = {
  name: "smoke",
  description: "Everything in about a minute on synthetic data, to test the machinery.",
  hidden: { 768: 32, 1024: 32, 2048: 48, 4096: 64, 6144: 80 },
  layers: { 1: 1, 3: 2, 6: 3, 12: 4, 24: 5, 48: 6 },
  embedding: { 64: 8, 128: 16, 256: 24 },
  headWidth: 16,
  vocabSize: 160,
  maxPositionEmbeddings: 64,
  initializerRange: (hidden) => 0.02 * Math.sqrt(768 / hidden),
  dropout: 0,
  pretraining: {
    steps: 6,
    longest: 1,
    batchSize: 8,
    microBatchSize: 8,
    maxSeqLength: 32,
    balancedPairs: true,
    optimizer: "lamb",
    learningRate: 0.01,
    warmupSteps: 1,
    evaluations: 2,
    evalExamples: 16,
  },
  finetuning: () => ({
    recipe: RECIPE,
    docStride: 16,
    maxTrainSamples: 16,
    maxEvalSamples: 8,
    evaluations: 1,
  }),
  timing: { size: "preset", batchSize: 2, sequenceLength: 32 },
  benchmarks: BENCHMARKS,
};
