/**
 * Everything a pretraining run is asked for, as `run.json` keeps it.
 *
 * @module
 */
import { type ExampleSettings, exampleSettings } from "../data/mod.ts";
import { configToJson, type ModelConfig, pretrainingArchitecture } from "../model/mod.ts";
import { OPTIMIZER_DEFAULTS, type OptimizerSettings, type Schedule } from "../optim/mod.ts";
import { namedPrecision, type Precision } from "./precision.ts";
import type { Recompute } from "../tensor/mod.ts";
import { checkedRecompute } from "./memory_settings.ts";

/** A stretch of a run with examples of one length (the paper's official code trains 512 throughout; BERT took 128 first). */
export interface Phase {
  /** The phase ends before this step. */
  readonly untilStep: number;
  /** Packing and masking of its examples. */
  readonly examples: ExampleSettings;
}

/** Settings of a pretraining run. */
export interface PretrainSettings {
  /** Determine the weights together with model, data and device. */
  readonly seed: number;
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
  /** Packing and masking. */
  readonly examples: ExampleSettings;
  /** In order; the last ends with the run. One phase has the settings of `examples`. */
  readonly phases: readonly Phase[];
  /** SHA-256 of the weights that a warm start took over. */
  readonly initialWeights?: string;
  /** Share of the documents that is held out. */
  readonly validationFraction: number;
  /** Ends the run after so many evaluations that were not better than the best; 0 never does. */
  readonly earlyStopPatience: number;
  /** Workers that build examples while the device computes. Changes no byte. */
  readonly dataloaderNumWorkers: number;
  /** Change what is written, not what is computed. */
  readonly loggingSteps: number;
  /** Steps between evaluations. */
  readonly evalSteps: number;
  /** Held-out examples of an evaluation. */
  readonly evalExamples: number;
  /** Steps between checkpoints. */
  readonly saveSteps: number;
  /** Newest checkpoints to keep; 0 keeps all. */
  readonly keepCheckpoints: number;
  /** Whether to save at every evaluation that is the best so far, and keep that checkpoint. */
  readonly keepBest: boolean;
}

/** What a caller says; the rest follows. */
export interface PretrainRequest {
  /** Optimizer steps. */
  readonly steps: number;
  /** Tokens of an example. */
  readonly maxSeqLength: number;
  /** Of everything random; 42 where absent. */
  readonly seed?: number;
  /** Peak rate; the paper's, scaled to the batch, where absent. */
  readonly learningRate?: number;
  /** 2.5% of the steps where absent. */
  readonly warmupSteps?: number;
  /** Update rule and its constants. */
  readonly optimizer?: Partial<OptimizerSettings>;
  /** Of matrix products; float32 where absent. */
  readonly precision?: Precision;
  /** Examples of an update. */
  readonly batchSize?: number;
  /** Examples that the device holds at once. */
  readonly microBatchSize?: number;
  /** What is computed again in backward to need less memory; nothing where absent. */
  readonly recompute?: Recompute;
  /** Packing and masking. */
  readonly examples?: Partial<ExampleSettings>;
  /** 0.05 where absent. */
  readonly validationFraction?: number;
  /** Workers that build examples; 1 where absent, 0 builds them between the steps. */
  readonly dataloaderNumWorkers?: number;
  /** Steps between two lines of the log; 10 where absent. */
  readonly loggingSteps?: number;
  /** Steps between evaluations. */
  readonly evalSteps?: number;
  /** Held-out examples of an evaluation. */
  readonly evalExamples?: number;
  /** Steps between checkpoints. */
  readonly saveSteps?: number;
  /** Newest checkpoints to keep; 0 keeps all. */
  readonly keepCheckpoints?: number;
  /** False where absent. */
  readonly keepBest?: boolean;
  /** 0 where absent. */
  readonly earlyStopPatience?: number;
  /** Lengths of the phases and their shares of the steps; one phase of `maxSeqLength` where absent. */
  readonly phases?: readonly { readonly maxSeqLength: number; readonly share: number }[];
  /** SHA-256 of the weights of a warm start. */
  readonly initialWeights?: string;
}

/** The paper's peak rate at its batch of 4096 (§4.1); smaller batches take the square root of the ratio, as the LAMB paper does. */
const PAPER_LEARNING_RATE = 0.00176;
const PAPER_BATCH = 4096;
/** 3,125 of 125,000 steps. */
const PAPER_WARMUP_SHARE = 0.025;

/**
 * Fills in what was not said.
 *
 * @throws {RangeError} naming a setting that is no positive number.
 */
export function pretrainSettings(request: PretrainRequest, config: ModelConfig): PretrainSettings {
  const { steps, maxSeqLength } = request;
  const batchSize = request.batchSize ?? 32;
  const learningRate = request.learningRate ??
    PAPER_LEARNING_RATE * Math.sqrt(batchSize / PAPER_BATCH);
  const examplesOf = (length: number) =>
    exampleSettings(length, { pairObjective: config.pairObjective, ...request.examples });
  const settings: PretrainSettings = {
    seed: request.seed ?? 42,
    schedule: {
      peakLearningRate: learningRate,
      warmupSteps: request.warmupSteps ?? Math.ceil(steps * PAPER_WARMUP_SHARE),
      totalSteps: steps,
    },
    optimizer: { ...OPTIMIZER_DEFAULTS, ...request.optimizer },
    precision: namedPrecision(request.precision),
    batchSize,
    microBatchSize: Math.min(request.microBatchSize ?? batchSize, batchSize),
    recompute: checkedRecompute(request.recompute),
    examples: examplesOf(maxSeqLength),
    phases: phasesOf(request, examplesOf),
    ...(request.initialWeights !== undefined && { initialWeights: request.initialWeights }),
    earlyStopPatience: request.earlyStopPatience ?? 0,
    validationFraction: request.validationFraction ?? 0.05,
    dataloaderNumWorkers: request.dataloaderNumWorkers ?? 1,
    loggingSteps: request.loggingSteps ?? 10,
    evalSteps: request.evalSteps ?? Math.max(Math.round(steps / 10), 1),
    evalExamples: request.evalExamples ?? 512,
    saveSteps: request.saveSteps ?? Math.max(Math.round(steps / 5), 1),
    keepCheckpoints: request.keepCheckpoints ?? 3,
    keepBest: request.keepBest ?? false,
  };
  const counts = { steps, batchSize, microBatchSize: settings.microBatchSize };
  for (const [name, value] of Object.entries(counts)) checkCount(name, value, 1);
  for (const name of ["loggingSteps", "evalSteps", "evalExamples", "saveSteps"] as const) {
    checkCount(name, settings[name], 1);
  }
  checkCount("earlyStopPatience", settings.earlyStopPatience, 0);
  checkCount("dataloaderNumWorkers", settings.dataloaderNumWorkers, 0);
  checkCount("warmupSteps", settings.schedule.warmupSteps, 0);
  if (!(learningRate > 0)) {
    throw new RangeError(`learningRate must be positive, got ${learningRate}`);
  }
  const { weightDecay, maxGradientNorm } = settings.optimizer;
  for (const [name, value] of Object.entries({ weightDecay, maxGradNorm: maxGradientNorm })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, got ${value}`);
  }
  return settings;
}

function phasesOf(
  { steps, maxSeqLength, phases = [{ maxSeqLength, share: 1 }] }: PretrainRequest,
  examplesOf: (length: number) => ExampleSettings,
): Phase[] {
  const total = phases.reduce((sum, { share }) => sum + share, 0);
  let done = 0;
  return phases.map(({ maxSeqLength: length, share }) => {
    if (!(share > 0)) throw new RangeError(`phases need positive shares, got ${share}`);
    done += share;
    return { untilStep: Math.round((steps * done) / total), examples: examplesOf(length) };
  });
}

function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer from ${least}, got ${value}`);
  }
}

/**
 * What must be the same for a run to go on: every setting that changes a byte of the weights.
 *
 * @param dataFingerprint of the prepared data
 * @param numerics the device's kind and classes of accumulation
 */
export function determinants(
  config: ModelConfig,
  settings: PretrainSettings,
  dataFingerprint: string,
  numerics: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { seed, schedule, optimizer, batchSize, microBatchSize, phases, validationFraction } =
    settings;
  return {
    config: configToJson(config, [pretrainingArchitecture(config)]),
    dataFingerprint,
    numerics,
    seed,
    batchSize,
    microBatchSize,
    phases,
    initialWeights: settings.initialWeights ?? null,
    validationFraction,
    earlyStopPatience: settings.earlyStopPatience,
    // Runs that were made before there was a choice say nothing of it.
    ...(settings.precision !== "f32" && { precision: settings.precision }),
    // Last, since other settings move its defaults: a difference is best named by its cause.
    optimizer,
    schedule,
  };
}

/** Path and values of the first difference between two JSON values, or null. */
export function firstDifference(
  before: unknown,
  now: unknown,
  path = "",
): { path: string; before: unknown; now: unknown } | null {
  if (typeof before === "object" && before !== null && typeof now === "object" && now !== null) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const difference = firstDifference(
        (before as Record<string, unknown>)[key],
        (now as Record<string, unknown>)[key],
        path === "" ? key : `${path}.${key}`,
      );
      if (difference !== null) return difference;
    }
    return null;
  }
  return before === now ? null : { path, before, now };
}
