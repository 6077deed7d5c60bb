/**
 * Hyperparameters for GLUE tasks.
 *
 * @module
 */
import type { Recipe } from "../../train/mod.ts";

/** The GLUE tasks with training data. */
export const GLUE_TRAINING_TASK_NAMES = [
  "cola",
  "sst-2",
  "mrpc",
  "sts-b",
  "qqp",
  "mnli",
  "qnli",
  "rte",
  "wnli",
] as const;

/** Name of a GLUE task with training data. */
export type GlueTrainingTaskName = typeof GLUE_TRAINING_TASK_NAMES[number];

/** Paper Table 14: learning rate, batch size, ALBERT dropout, steps and warm-up steps. Classifier dropout is 0.1 and the length 512 tokens for all tasks. */
const TABLE_14: Readonly<
  Record<GlueTrainingTaskName, readonly [number, number, number, number, number]>
> = {
  "cola": [1e-5, 16, 0, 5336, 320],
  "sts-b": [2e-5, 16, 0, 3598, 214],
  "sst-2": [1e-5, 32, 0, 20935, 1256],
  "mnli": [3e-5, 128, 0, 10000, 1000],
  "qnli": [1e-5, 32, 0, 33112, 1986],
  "qqp": [5e-5, 128, 0.1, 14000, 1000],
  "rte": [3e-5, 32, 0.1, 800, 200],
  "mrpc": [2e-5, 32, 0, 800, 200],
  "wnli": [2e-5, 16, 0.1, 2000, 250],
};

/** Returns the paper's hyperparameters for a task (Table 14). */
export function gluePaperRecipe(task: GlueTrainingTaskName): Recipe {
  const [learningRate, batchSize, dropout, maxSteps, warmupSteps] = TABLE_14[task];
  return {
    learningRate,
    batchSize,
    dropout,
    maxSteps,
    warmupSteps,
    maxSeqLength: 512,
    classifierDropout: 0.1,
  };
}

/** Hyperparameters for a quick experiment on any task: those of Hugging Face's `run_glue` example. */
export const GLUE_QUICK_RECIPE: Recipe = {
  learningRate: 2e-5,
  batchSize: 32,
  epochs: 3,
  maxSeqLength: 128,
  dropout: 0,
  classifierDropout: 0.1,
};
