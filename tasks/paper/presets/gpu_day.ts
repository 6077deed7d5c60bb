/**
 * About one GPU day per table.
 *
 * @module
 */
import { BENCHMARKS } from "../experiment.ts";
import { paperRecipe } from "./paper.ts";
import type { Preset } from "./preset.ts";

/** The paper's depths at half its widths and a quarter of its sequence length. */
export const GPU_DAY: Preset = {
  name: "gpu-day",
  description: "About one GPU day per table: half the paper's widths, 128 tokens.",
  hidden: { 768: 384, 1024: 512, 2048: 1024, 4096: 2048, 6144: 3072 },
  layers: { 1: 1, 3: 3, 6: 6, 12: 12, 24: 24, 48: 48 },
  embedding: { 64: 32, 128: 64, 256: 128 },
  headWidth: 64,
  vocabSize: 30_000,
  vocabSentences: 2_000_000,
  maxPositionEmbeddings: 512,
  initializerRange: (hidden) => 0.02 * Math.sqrt(768 / hidden),
  dropout: 0.1,
  pretraining: {
    steps: 20_000,
    longest: 2,
    batchSize: 256,
    microBatchSize: 128,
    maxSeqLength: 128,
    optimizer: "lamb",
    // Square-root scaling from the paper's batch, times four because the run is short.
    learningRate: 0.00176,
    warmupSteps: 1000,
    evaluations: 40,
    evalExamples: 2048,
  },
  finetuning: (benchmark) => ({
    recipe: {
      ...paperRecipe(benchmark),
      // Small models need larger learning rates than those of Table 14.
      learningRate: 1e-4,
      batchSize: 32,
      epochs: 3,
      maxSteps: undefined,
      warmupSteps: undefined,
      maxSeqLength: benchmark === "race" ? 512 : 256,
    },
    maxTrainSamples: 40_000,
    evaluations: 10,
  }),
  timing: { size: "paper", batchSize: 8, sequenceLength: 512 },
  benchmarks: BENCHMARKS,
};
