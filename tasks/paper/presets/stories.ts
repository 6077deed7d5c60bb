/**
 * Most claims of the paper in an hour or two, on stories that are generated.
 *
 * @module
 */
import type { Preset } from "./preset.ts";

/** Width and depth of ALBERT-base. */
const WIDTH = 64, DEPTH = 4;

/**
 * Models of 72,000 parameters (ALBERT-base) on a language of 330 words, in which they learn words, facts, and the order of sentences in two minutes. Depths are those of `nano`; widths keep the paper's order.
 */
export const STORIES: Preset = {
  name: "stories",
  description:
    "Two minutes per run on one core, without data: 4 layers of 64 units on generated stories.",
  hidden: { 768: WIDTH, 1024: WIDTH, 2048: 80, 4096: 96, 6144: 128 },
  layers: { 1: 1, 3: 2, 6: 3, 12: DEPTH, 24: 5, 48: 6 },
  embedding: { 64: 16, 128: 32, 256: 48 },
  headWidth: 16,
  // A tenth of the text is plain, as in the paper.
  stories: { plain: 1500, extra: 13_500, dev: 600, trainQuestions: 500, devQuestions: 1000 },
  vocabSize: 410,
  maxPositionEmbeddings: 64,
  // Narrow models learn faster from wider initial weights than those of the paper.
  initializerRange: () => 0.05,
  dropout: 0,
  pretraining: {
    steps: 3000,
    longest: 1,
    batchSize: 16,
    microBatchSize: 16,
    maxSeqLength: 32,
    balancedPairs: true,
    // Small models learn sooner than with 15%.
    maskedLmProb: 0.4,
    // LAMB stays at the accuracy without context at this size.
    optimizer: "adamw",
    learningRate: 0.002,
    warmupSteps: 300,
    warmStartScale: 0.5,
    evaluations: 4,
    evalExamples: 512,
  },
  rateScale: ({ hidden, layers }) => Math.sqrt(WIDTH / hidden) * Math.min(1, DEPTH / layers),
  // Only for questions about stories.
  finetuning: () => ({
    recipe: {
      learningRate: 5e-4,
      batchSize: 16,
      epochs: 3,
      maxSeqLength: 32,
      dropout: 0,
      classifierDropout: 0.1,
    },
    docStride: 16,
    evaluations: 1,
  }),
  timing: { size: "paper", batchSize: 1, sequenceLength: 512 },
  benchmarks: ["race"],
};
