/**
 * The settings of a training run, as `run.json` stores them.
 *
 * @module
 */
import type { ModelConfig } from "../model/mod.ts";
import {
  type Decay,
  DECAYS,
  OPTIMIZER_DEFAULTS,
  type OptimizerKind,
  type OptimizerSettings,
  type Schedule,
} from "../optim/mod.ts";
import { type Recompute, RECOMPUTE_NAMES } from "../tensor/mod.ts";
import { namedPrecision, type Precision } from "./precision.ts";

/** Settings that every task has. */
export interface TrainSettings {
  /** Seed of initialization, data order and dropout. */
  readonly seed: number;
  /** Learning rate over time, and the number of steps. */
  readonly schedule: Schedule;
  /** Update rule and its constants. */
  readonly optimizer: OptimizerSettings;
  /** Precision of matrix multiplications. */
  readonly precision: Precision;
  /** Examples per optimizer step, over all ranks. */
  readonly batchSize: number;
  /** Examples per forward and backward pass. */
  readonly microBatchSize: number;
  /** Activations to recompute in the backward pass to save memory. */
  readonly recompute: Recompute;
  /** Parts of the model that are not trained; absent if there are none, as in older run folders. */
  readonly freeze?: readonly string[];
  /** Number of evaluations without improvement after which the run stops; 0 never stops it. */
  readonly earlyStopPatience: number;
  /** Steps between two lines of the log. */
  readonly loggingSteps: number;
  /** Steps between evaluations. */
  readonly evalSteps: number;
  /** Steps between checkpoints. */
  readonly saveSteps: number;
  /** Number of newest checkpoints to keep; 0 keeps all. */
  readonly keepCheckpoints: number;
  /** Whether to save after every evaluation that is the best so far, and to keep that checkpoint. */
  readonly keepBest: boolean;
}

/** Settings that a caller may choose; each has a default. */
export interface TrainRequest {
  /** Seed of initialization, data order and dropout; 42 if absent. */
  readonly seed?: number;
  /** Peak learning rate; the task's default if absent. */
  readonly learningRate?: number;
  /** Steps of linear warm-up; the task's default if absent. */
  readonly warmupSteps?: number;
  /** Exponent of the polynomial decay; 1 (linear) if absent. */
  readonly polyPower?: number;
  /** Form of the decay; `polynomial` if absent. */
  readonly lrSchedulerType?: Decay;
  /** Parts of the model that are not trained, for {@linkcode frozenNames}; none if absent. */
  readonly freeze?: readonly string[];
  /** Update rule and its constants. */
  readonly optimizer?: Partial<OptimizerSettings>;
  /** Precision of matrix multiplications; float32 if absent. */
  readonly precision?: Precision;
  /** Examples per optimizer step; 32 if absent. */
  readonly batchSize?: number;
  /** Examples per forward and backward pass; the whole batch if absent. */
  readonly microBatchSize?: number;
  /** Activations to recompute in the backward pass to save memory; none if absent. */
  readonly recompute?: Recompute;
  /** Steps between two lines of the log; 10 if absent. */
  readonly loggingSteps?: number;
  /** Steps between evaluations; a tenth of all steps if absent. */
  readonly evalSteps?: number;
  /** Steps between checkpoints; a fifth of all steps in pretraining and `evalSteps` in fine-tuning if absent. */
  readonly saveSteps?: number;
  /** Number of newest checkpoints to keep; 0 keeps all. 3 in pretraining and 1 in fine-tuning if absent. */
  readonly keepCheckpoints?: number;
  /** Number of evaluations without improvement after which the run stops; 0, the default, never stops it. */
  readonly earlyStopPatience?: number;
}

/** The default batch size. */
export const DEFAULT_BATCH_SIZE = 32;

/** Defaults that depend on the task. */
export interface TaskDefaults {
  /** Number of optimizer steps. */
  readonly steps: number;
  /** The setting that gave the number of steps, for error messages. */
  readonly stepsName: string;
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Steps of linear warm-up. */
  readonly warmupSteps: number;
  /** Update rule. */
  readonly optimizer: OptimizerSettings["kind"];
  /** Steps between checkpoints; as `evalSteps` if absent. */
  readonly saveSteps?: number;
  /** Number of newest checkpoints to keep; 0 keeps all. */
  readonly keepCheckpoints: number;
  /** Whether to keep the checkpoint of the best evaluation. */
  readonly keepBest: boolean;
}

/**
 * Completes a request with the task's defaults.
 *
 * @throws {RangeError} naming a setting that is out of range.
 */
export function trainSettings(request: TrainRequest, defaults: TaskDefaults): TrainSettings {
  const { steps } = defaults;
  const { polyPower = 1, lrSchedulerType: decay = "polynomial", freeze = [] } = request;
  const batchSize = request.batchSize ?? DEFAULT_BATCH_SIZE;
  const evalSteps = request.evalSteps ?? Math.max(Math.round(steps / 10), 1);
  const settings: TrainSettings = {
    seed: request.seed ?? 42,
    schedule: {
      peakLearningRate: request.learningRate ?? defaults.learningRate,
      warmupSteps: request.warmupSteps ?? defaults.warmupSteps,
      totalSteps: steps,
      // Absent if linear, as in run folders that are older than this setting.
      ...(polyPower !== 1 && { power: polyPower }),
      ...(decay !== "polynomial" && { decay }),
    },
    ...(freeze.length > 0 && { freeze }),
    optimizer: { ...OPTIMIZER_DEFAULTS, kind: defaults.optimizer, ...request.optimizer },
    precision: namedPrecision(request.precision),
    batchSize,
    microBatchSize: Math.min(request.microBatchSize ?? batchSize, batchSize),
    recompute: namedRecompute(request.recompute),
    earlyStopPatience: request.earlyStopPatience ?? 0,
    loggingSteps: request.loggingSteps ?? 10,
    evalSteps,
    saveSteps: request.saveSteps ?? defaults.saveSteps ?? evalSteps,
    keepCheckpoints: request.keepCheckpoints ?? defaults.keepCheckpoints,
    keepBest: defaults.keepBest,
  };
  checkIntegers(1, { batchSize, [defaults.stepsName]: steps });
  checkIntegers(1, settings, ["microBatchSize", "loggingSteps", "evalSteps", "saveSteps"]);
  checkIntegers(0, settings, ["earlyStopPatience", "keepCheckpoints"]);
  const { schedule: { peakLearningRate, warmupSteps }, optimizer } = settings;
  checkIntegers(0, { warmupSteps });
  if (!(peakLearningRate > 0)) {
    throw new RangeError(`learningRate must be positive, got ${peakLearningRate}`);
  }
  if (!DECAYS.includes(decay)) {
    throw new RangeError(`lrSchedulerType must be one of ${DECAYS.join(", ")}, got ${decay}`);
  }
  if (decay !== "polynomial" && polyPower !== 1) {
    throw new RangeError(
      `polyPower must be 1 unless lrSchedulerType is polynomial, got ${polyPower}`,
    );
  }
  if (!(polyPower > 0 && polyPower < Infinity)) {
    throw new RangeError(`polyPower must be positive, got ${polyPower}`);
  }
  const { weightDecay, maxGradientNorm: maxGradNorm } = optimizer;
  for (const [name, value] of Object.entries({ weightDecay, maxGradNorm })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, got ${value}`);
  }
  return settings;
}

/**
 * Checks that settings are integers.
 *
 * @param least smallest allowed value
 * @param names settings to check; all if absent
 * @throws {RangeError} naming the first setting that is not.
 */
export function checkIntegers<S extends object>(
  least: number,
  settings: S,
  names: readonly (keyof S & string)[] = Object.keys(settings) as (keyof S & string)[],
): void {
  for (const name of names) {
    const value = settings[name] as number;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`${name} must be an integer from ${least}, got ${value}`);
    }
  }
}

/** Validates the name, since a setting may come from a file. */
function namedRecompute(name: string = "none"): Recompute {
  const found = RECOMPUTE_NAMES.find((known) => known === name);
  if (found === undefined) {
    throw new RangeError(`recompute must be ${RECOMPUTE_NAMES.join(", ")}, got ${name}`);
  }
  return found;
}

/**
 * Returns the trainer settings among the determinants of a run: everything that changes a byte of the weights, for `run.json`.
 */
export function settingsDeterminants(settings: TrainSettings): Record<string, unknown> {
  const { seed, batchSize, microBatchSize, earlyStopPatience, precision, optimizer, schedule } =
    settings;
  const { freeze } = settings;
  return {
    seed,
    batchSize,
    microBatchSize,
    earlyStopPatience,
    // Absent in float32, as in run folders that are older than this setting.
    ...(precision !== "f32" && { precision }),
    ...(freeze !== undefined && { freeze }),
    // Last, since their defaults depend on other settings: the first difference should name the cause.
    optimizer,
    schedule,
  };
}

/** Hyperparameters of a fine-tuning task, as the paper's Table 14 lists them. */
export interface Recipe {
  /** Peak learning rate. */
  readonly learningRate: number;
  /** Examples per optimizer step. */
  readonly batchSize: number;
  /** Optimizer steps; `epochs` if absent. */
  readonly maxSteps?: number;
  /** Passes over the training examples. */
  readonly epochs?: number;
  /** Steps of linear warm-up; a tenth of all steps if absent. */
  readonly warmupSteps?: number;
  /** Maximum number of tokens of a sequence. */
  readonly maxSeqLength: number;
  /** Dropout of embeddings, sub-layers and attention. */
  readonly dropout: number;
  /** Dropout before the classifier. */
  readonly classifierDropout: number;
}

/** Width of the paper's smallest models. Narrower ones have other default optimizers and rates. */
export const PAPER_WIDTH = 768;
/** Peak learning rate of LAMB in fine-tuning. */
const LAMB_RATE = 0.002;
/** Peak learning rate of AdamW for models that are narrower than the paper's. */
const NARROW_ADAMW_RATE = 3e-4;

/**
 * Returns the optimizer and the peak learning rate of a fine-tuning run that does not choose both.
 *
 * Models of the paper's widths have AdamW and the rate of the recipe. These rates hardly change the weights of narrower models,
 * which LAMB has made large in pretraining. Their default is LAMB, whose steps are relative to the norm of a tensor, or AdamW
 * if only a rate is chosen; `docs/finetuning.md` has the evidence.
 *
 * @param config configuration of the model
 * @param recipe hyperparameters for models of the paper's widths
 * @param chosen what the caller has chosen
 */
export function finetuneOptimizer(
  { hiddenSize }: Pick<ModelConfig, "hiddenSize">,
  recipe: Pick<Recipe, "learningRate">,
  chosen: { readonly kind?: OptimizerKind; readonly learningRate?: number } = {},
): { kind: OptimizerKind; learningRate: number } {
  const narrow = hiddenSize < PAPER_WIDTH;
  const { kind = narrow && chosen.learningRate === undefined ? "lamb" : "adamw" } = chosen;
  const adamw = narrow ? NARROW_ADAMW_RATE : recipe.learningRate;
  return { kind, learningRate: chosen.learningRate ?? (kind === "lamb" ? LAMB_RATE : adamw) };
}

/** Settings that a caller of fine-tuning may choose. */
export interface FinetuneRequest
  extends TrainRequest, Partial<Omit<Recipe, "dropout" | "classifierDropout">> {
  /** Whether to shuffle the training examples in each epoch; true if absent. */
  readonly shuffle?: boolean;
  /** Whether to put training examples of similar length into the same batch, which needs less padding; false if absent. It requires `shuffle`. */
  readonly groupByLength?: boolean;
}

/** Settings of a fine-tuning run. */
export interface FinetuneSettings extends TrainSettings {
  /** Whether the training examples are shuffled in each epoch. */
  readonly shuffle: boolean;
  /** Whether training examples of similar length are in the same batch; false if absent. */
  readonly groupByLength?: true;
  /** Maximum number of tokens of a sequence. */
  readonly maxSeqLength: number;
}

/**
 * Completes a request for fine-tuning. Absent settings get these defaults: AdamW with a peak learning rate of 2e-5 and a warm-up of a tenth of the steps, 3 epochs, 32
 * examples per step, and 128 tokens per sequence.
 *
 * @param trainExamples number of examples of an epoch
 * @throws {RangeError} naming a setting that is out of range.
 */
export function finetuneSettings(
  request: FinetuneRequest,
  trainExamples: number,
): FinetuneSettings {
  const { batchSize = DEFAULT_BATCH_SIZE, epochs = 3, maxSeqLength = 128 } = request;
  const { shuffle = true, groupByLength = false } = request;
  checkIntegers(1, { batchSize, maxSeqLength });
  if (!(epochs > 0)) throw new RangeError(`epochs must be positive, got ${epochs}`);
  if (groupByLength && !shuffle) {
    throw new RangeError("groupByLength must be false if shuffle is false");
  }
  const steps = request.maxSteps ?? Math.max(Math.ceil((epochs * trainExamples) / batchSize), 1);
  return {
    ...trainSettings(request, {
      steps,
      stepsName: "maxSteps",
      learningRate: 2e-5,
      warmupSteps: Math.floor(steps / 10),
      optimizer: "adamw",
      keepCheckpoints: 1,
      keepBest: true,
    }),
    shuffle,
    ...(groupByLength && { groupByLength }),
    maxSeqLength,
  };
}
