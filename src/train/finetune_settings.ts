/**
 * Everything a finetuning run is asked for, as `run.json` keeps it.
 *
 * @module
 */
import { OPTIMIZER_DEFAULTS, type OptimizerSettings, type Schedule } from "../optim/mod.ts";
import { namedPrecision, type Precision } from "./precision.ts";
import type { Recompute } from "../tensor/mod.ts";
import { checkedRecompute } from "./memory_settings.ts";

/** Hyperparameters of a task, as the paper's Table 14 lists them. */
export interface Recipe {
  /** Peak rate. */
  readonly learningRate: number;
  /** Examples of an update. */
  readonly batchSize: number;
  /** Optimizer steps; `epochs` where absent. */
  readonly maxSteps?: number;
  /** Passes over the training examples. */
  readonly epochs?: number;
  /** Steps of warm-up; a tenth of all where absent. */
  readonly warmupSteps?: number;
  /** Tokens of a sequence. */
  readonly maxSeqLength: number;
  /** Of embeddings, sub-layers and attention. */
  readonly dropout: number;
  /** Before the classifier. */
  readonly classifierDropout: number;
}

/** What a caller says; the rest follows. */
export interface FinetuneRequest extends Partial<Omit<Recipe, "dropout" | "classifierDropout">> {
  /** Examples that the device holds at once. */
  readonly microBatchSize?: number;
  /** What is computed again in backward to need less memory; nothing where absent. */
  readonly recompute?: Recompute;
  /** Of order, dropout and the new head; 42 where absent. */
  readonly seed?: number;
  /** False keeps the file's order. */
  readonly shuffle?: boolean;
  /** Update rule and its constants. */
  readonly optimizer?: Partial<OptimizerSettings>;
  /** Of matrix products; float32 where absent. */
  readonly precision?: Precision;
  /** Steps between two lines of the log; 10 where absent. */
  readonly loggingSteps?: number;
  /** Steps between evaluations; a tenth of all where absent. */
  readonly evalSteps?: number;
  /** Steps between checkpoints, beside the best ones; as `evalSteps` where absent. */
  readonly saveSteps?: number;
  /** Newest checkpoints to keep beside the best; 0 keeps all. */
  readonly keepCheckpoints?: number;
  /** Ends the run after so many evaluations that were not better; 0 never does. */
  readonly earlyStopPatience?: number;
}

/** Settings of a finetuning run. */
export interface FinetuneSettings {
  /** Of order, dropout and the new head. */
  readonly seed: number;
  /** Whether every epoch has an order of its own. */
  readonly shuffle: boolean;
  /** Learning rate over time, and how many steps. */
  readonly schedule: Schedule;
  /** Update rule and its constants. */
  readonly optimizer: OptimizerSettings;
  /** Of matrix products. */
  readonly precision: Precision;
  /** Examples of an update. */
  readonly batchSize: number;
  /** Examples that the device holds at once. */
  readonly microBatchSize: number;
  /** What is computed again in backward to need less memory. */
  readonly recompute: Recompute;
  /** Tokens of a sequence. */
  readonly maxSeqLength: number;
  /** Ends the run after so many evaluations that were not better; 0 never does. */
  readonly earlyStopPatience: number;
  /** Steps between two lines of the log. */
  readonly loggingSteps: number;
  /** Steps between evaluations. */
  readonly evalSteps: number;
  /** Steps between checkpoints. */
  readonly saveSteps: number;
  /** Newest checkpoints to keep beside the best; 0 keeps all. */
  readonly keepCheckpoints: number;
}

/**
 * Fills in what was not said.
 *
 * @param trainExamples examples of an epoch
 * @throws {RangeError} naming a setting that is no positive number.
 */
export function finetuneSettings(
  request: FinetuneRequest,
  trainExamples: number,
): FinetuneSettings {
  const batchSize = request.batchSize ?? 32;
  checkCount("batchSize", batchSize, 1);
  const epochs = request.epochs ?? 3;
  if (!(epochs > 0)) throw new RangeError(`epochs must be positive, got ${epochs}`);
  const steps = request.maxSteps ?? Math.max(Math.ceil((epochs * trainExamples) / batchSize), 1);
  const evalSteps = request.evalSteps ?? Math.max(Math.round(steps / 10), 1);
  const learningRate = request.learningRate ?? 2e-5;
  const settings: FinetuneSettings = {
    seed: request.seed ?? 42,
    shuffle: request.shuffle ?? true,
    schedule: {
      peakLearningRate: learningRate,
      warmupSteps: request.warmupSteps ?? Math.floor(steps / 10),
      totalSteps: steps,
    },
    optimizer: { ...OPTIMIZER_DEFAULTS, kind: "adamw", ...request.optimizer },
    precision: namedPrecision(request.precision),
    batchSize,
    microBatchSize: Math.min(request.microBatchSize ?? batchSize, batchSize),
    recompute: checkedRecompute(request.recompute),
    maxSeqLength: request.maxSeqLength ?? 128,
    earlyStopPatience: request.earlyStopPatience ?? 0,
    loggingSteps: request.loggingSteps ?? 10,
    evalSteps,
    saveSteps: request.saveSteps ?? evalSteps,
    keepCheckpoints: request.keepCheckpoints ?? 1,
  };
  checkCount("maxSteps", steps, 1);
  const least1 = ["microBatchSize", "maxSeqLength", "loggingSteps", "evalSteps", "saveSteps"];
  for (const name of least1 as (keyof FinetuneSettings)[]) {
    checkCount(name, settings[name] as number, 1);
  }
  checkCount("earlyStopPatience", settings.earlyStopPatience, 0);
  checkCount("keepCheckpoints", settings.keepCheckpoints, 0);
  checkCount("warmupSteps", settings.schedule.warmupSteps, 0);
  if (!(learningRate > 0)) {
    throw new RangeError(`learningRate must be positive, got ${learningRate}`);
  }
  return settings;
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer from ${least}, got ${value}`);
  }
}
