/**
 * Minutes per run on two cores.
 *
 * @module
 */
import type { Recipe } from "../../../src/train/mod.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { FinetuningSize, Preset } from "./preset.ts";

/** Small models and short runs need larger learning rates than those of Table 14. */
const RECIPE: Recipe = {
  learningRate: 5e-4,
  batchSize: 32,
  epochs: 2,
  maxSeqLength: 64,
  dropout: 0,
  classifierDropout: 0.1,
};

function finetuning(benchmark: BenchmarkId): FinetuningSize {
  switch (benchmark) {
    case "squad-1.1":
    case "squad-2.0":
      return {
        recipe: { ...RECIPE, maxSeqLength: 128, batchSize: 16, epochs: 4 },
        docStride: 80,
        maxTrainSamples: 2000,
        maxEvalSamples: 500,
        evaluations: 4,
      };
    case "race":
      return {
        recipe: { ...RECIPE, maxSeqLength: 256, batchSize: 8 },
        maxTrainSamples: 1500,
        maxEvalSamples: 500,
        evaluations: 4,
      };
    default:
      return {
        recipe: RECIPE,
        maxTrainSamples: 8000,
        maxEvalSamples: 2000,
        evaluations: 5,
      };
  }
}

/** Width and depth of ALBERT-base. */
const WIDTH = 128, DEPTH = 4;

/**
 * ALBERT-base is the toolkit's `nano` model with 4 layers instead of 2, so that rows with fewer layers and unshared ones differ. Widths and depths keep the paper's
 * order but not its proportions (4 : 4 : 5 : 6 : 8 for widths of 768 to 6144), so the widest model also takes minutes. E is half the paper's, except for 256: half of it would equal H, so it is 96.
 */
export const NANO: Preset = {
  name: "nano",
  description:
    "Ten minutes per run on one core: 4 layers of 128 units, 6.1 million tokens, 4,000 pieces.",
  hidden: { 768: WIDTH, 1024: WIDTH, 2048: 160, 4096: 192, 6144: 256 },
  layers: { 1: 1, 3: 2, 6: 3, 12: DEPTH, 24: 5, 48: 6 },
  embedding: { 64: 32, 128: 64, 256: 96 },
  headWidth: 32,
  vocabSize: 4000,
  maxPositionEmbeddings: 512,
  initializerRange: () => 0.02,
  dropout: 0,
  pretraining: {
    steps: 3000,
    longest: 1,
    batchSize: 64,
    microBatchSize: 64,
    maxSeqLength: 32,
    // At 32 tokens, lengths and cuts alone give 61% of the orders away. A model trained on such pairs learns little else.
    balancedPairs: true,
    // Optimizer and rate were chosen by trial; docs/pretraining.md has the evidence.
    optimizer: "lamb",
    learningRate: 0.014,
    warmupSteps: 450,
    // At the full rate a trained model loses what it has learned.
    warmStartScale: 0.5,
    evaluations: 10,
    evalExamples: 512,
  },
  // Chosen by trial: at the base model's rate, wider models, deeper models and those with E = H do not even learn word frequencies.
  rateScale: ({ hidden, layers, embedding }) =>
    Math.sqrt(WIDTH / hidden) * Math.min(1, DEPTH / layers) *
    (embedding === hidden ? Math.SQRT1_2 : 1),
  finetuning,
  timing: { size: "paper", batchSize: 1, sequenceLength: 512 },
  benchmarks: ["squad-1.1", "sst-2"],
};
