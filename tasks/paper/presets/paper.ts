/**
 * The paper's own sizes.
 *
 * @module
 */
import {
  gluePaperRecipe,
  RACE_PAPER_RECIPE,
  SQUAD_PAPER_RECIPES,
} from "../../../src/benchmarks/mod.ts";
import type { Recipe } from "../../../src/train/mod.ts";
import { type BenchmarkId, BENCHMARKS } from "../experiment.ts";
import { PAPER_STEPS, PAPER_VOCABULARY, type Preset } from "./preset.ts";

/** Maps every size to itself. */
function identity(...sizes: number[]): Record<number, number> {
  return Object.fromEntries(sizes.map((size) => [size, size]));
}

/** The paper's hyperparameters for a benchmark (Table 14). */
export function paperRecipe(benchmark: BenchmarkId): Recipe {
  if (benchmark === "race") return RACE_PAPER_RECIPE;
  if (benchmark === "squad-1.1") return SQUAD_PAPER_RECIPES["1.1"];
  if (benchmark === "squad-2.0") return SQUAD_PAPER_RECIPES["2.0"];
  return gluePaperRecipe(benchmark);
}

/** §4.1 and Table 14 unchanged; a batch of 4096 is accumulated from micro-batches. */
export const PAPER: Preset = {
  name: "paper",
  description: "The paper's sizes and steps, for weeks on many accelerators.",
  hidden: identity(768, 1024, 2048, 4096, 6144),
  layers: identity(1, 3, 6, 12, 24, 48),
  embedding: identity(64, 128, 256),
  headWidth: 64,
  vocabSize: PAPER_VOCABULARY,
  vocabSentences: 10_000_000,
  maxPositionEmbeddings: 512,
  initializerRange: () => 0.02,
  dropout: 0.1,
  pretraining: {
    steps: PAPER_STEPS,
    longest: Infinity,
    batchSize: 4096,
    microBatchSize: 16,
    maxSeqLength: 512,
    optimizer: "lamb",
    learningRate: 0.00176,
    warmupSteps: 3125,
    evaluations: 100,
    evalExamples: 6400,
  },
  finetuning: (benchmark) => ({
    recipe: paperRecipe(benchmark),
    microBatchSize: 8,
    evaluations: 20,
  }),
  timing: { size: "paper", batchSize: 8, sequenceLength: 512 },
  benchmarks: BENCHMARKS,
};
