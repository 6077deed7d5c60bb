/**
 * Hyperparameters for SQuAD.
 *
 * @module
 */
import type { Recipe } from "../../train/mod.ts";
import type { SquadVersion } from "./reader.ts";

/** The paper's settings (Table 14), whose steps are two epochs of 1.1 and three of 2.0. */
export const SQUAD_PAPER_RECIPES: Readonly<Record<SquadVersion, Recipe>> = {
  "1.1": {
    learningRate: 5e-5,
    batchSize: 48,
    maxSteps: 3649,
    warmupSteps: 365,
    maxSeqLength: 384,
    dropout: 0,
    classifierDropout: 0.1,
  },
  "2.0": {
    learningRate: 3e-5,
    batchSize: 48,
    maxSteps: 8144,
    warmupSteps: 814,
    maxSeqLength: 512,
    dropout: 0,
    classifierDropout: 0.1,
  },
};

/** For a try: the common settings of BERT-sized models, two epochs. */
export const SQUAD_QUICK_RECIPE: Recipe = {
  learningRate: 3e-5,
  batchSize: 16,
  epochs: 2,
  maxSeqLength: 384,
  dropout: 0,
  classifierDropout: 0.1,
};
