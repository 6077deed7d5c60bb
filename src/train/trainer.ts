/**
 * The training step: micro-batches forward and backward, then one update. Uses no files and also runs in browsers.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import {
  allGatherParts,
  allReduceBuffer,
  type DataParallel,
  shardOf,
  SINGLE_PROCESS,
  sumFieldsOverRanks,
  sumOverRanks,
} from "../distributed/mod.ts";
import { checkCount, checkOptions } from "../json/mod.ts";
import { Encoder, frozenNames, type ModelConfig, Parameters } from "../model/mod.ts";
import {
  learningRateAt,
  type LossScaleState,
  Optimizer,
  type OptimizerSettings,
  type Schedule,
} from "../optim/mod.ts";
import {
  DropoutRandom,
  type HalfPrecision,
  type Recompute,
  type Scope,
  Tape,
} from "../tensor/mod.ts";
import { MetricRing, type StepLog, totalLoss } from "./metrics.ts";
import { nonFiniteError } from "./non_finite.ts";
import { halfPrecision, type Precision } from "./precision.ts";
import type { Objective, TaskBatch } from "./task.ts";

/** What the forward and backward pass of a micro-batch depend on in addition to model and data. */
export interface MicroBatchPass {
  /** Where the pass runs. */
  readonly device: Device;
  /** Seed of dropout. */
  readonly seed: number;
  /** Optimizer step, from 0. */
  readonly step: number;
  /** Index of the micro-batch's first sequence in the step's whole batch. */
  readonly firstRow: number;
  /** State of half precision; float32 if absent. */
  readonly half?: HalfPrecision;
  /** Activations to recompute in the backward pass; none if absent. */
  readonly recompute?: Recompute;
}

/**
 * Records the forward and backward pass of one micro-batch: gradients are added to those of earlier micro-batches. The caller flushes the device.
 *
 * @param loss records the forward pass and its losses
 * @param backward false records the forward pass only, as training does, to measure it
 */
export function recordMicroBatch(
  { device, seed, step, firstRow, half, recompute }: MicroBatchPass,
  loss: (scope: Scope) => void,
  backward = true,
): void {
  const tape = new Tape(device);
  loss({ device, tape, dropout: new DropoutRandom(seed, step, firstRow), half, recompute });
  if (backward) tape.backward();
}

/** Settings of the training step. */
export interface TrainerSettings {
  /** Seed of dropout. */
  readonly seed: number;
  /** Learning rate over time. */
  readonly schedule: Schedule;
  /** Update rule and its constants. */
  readonly optimizer: OptimizerSettings;
  /** Maximum number of steps between two readings of the log. */
  readonly loggingSteps: number;
  /** Activations to recompute in the backward pass to save memory; none if absent. */
  readonly recompute?: Recompute;
  /** Precision of matrix multiplications; float32 if absent. */
  readonly precision?: Precision;
  /** Parts of the model that are not trained, for {@linkcode frozenNames}; none if absent. */
  readonly freeze?: readonly string[];
}

/** A model in training. */
export class Trainer<B extends TaskBatch = TaskBatch> {
  /** The model: encoder with the objective's heads among its parameters. */
  readonly model: Encoder;
  /** Moments and update rule. */
  readonly optimizer: Optimizer;
  readonly #device: Device;
  readonly #objective: Objective<B>;
  readonly #settings: TrainerSettings;
  readonly #ranks: DataParallel;
  readonly #metrics: MetricRing;
  readonly #half?: HalfPrecision;
  #step = 0;
  /** Tokens of each step since the last reading, this rank's only. */
  #tokens: number[] = [];
  #lossScale: LossScaleState | undefined;

  /**
   * Allocates model and optimizer, all zero. Before the first step, set the parameters with `initialize` or `loadWeights`.
   *
   * @param config configuration of the encoder
   * @param objective losses and heads, such as `PRETRAINING`
   * @param settings those of `pretrainSettings` or `finetuneSettings`, or your own
   * @param ranks processes that train together, each on its part of every batch; a single process if absent
   * @throws {ConfigError} if the configuration is invalid
   * @throws {RangeError} if a setting is out of range, or a buffer exceeds a limit of the device
   * @throws {DeviceError} if there is not enough memory
   */
  constructor(
    device: Device,
    config: ModelConfig,
    objective: Objective<B>,
    settings: TrainerSettings,
    ranks: DataParallel = SINGLE_PROCESS,
  ) {
    const { optimizer, loggingSteps, precision, freeze = [] } = settings;
    this.#device = device;
    this.#objective = objective;
    this.#settings = settings;
    this.#ranks = ranks;
    const frozen = frozenNames(config, freeze);
    const made: { free(): void }[] = [];
    try {
      const parameters = new Parameters(device, objective.specs(config));
      made.push(parameters);
      this.model = new Encoder(config, parameters, frozen);
      const { lossScale, half } = halfPrecision(device, precision);
      if (lossScale !== undefined) made.push(lossScale);
      this.#half = half;
      this.#metrics = new MetricRing(device, objective.losses, loggingSteps);
      made.push(this.#metrics);
      // The last one, since it then frees the loss scale.
      this.optimizer = new Optimizer(
        parameters,
        optimizer,
        loggingSteps,
        lossScale,
        shardOf(ranks),
        frozen,
      );
    } catch (error) {
      for (const one of made) one.free();
      throw error;
    }
  }

  /** Number of steps done. */
  get step(): number {
    return this.#step;
  }

  /** Maximum number of steps between two readings of the log. */
  get loggingSteps(): number {
    return this.#settings.loggingSteps;
  }

  /** Loss scale at the last reading of the log; undefined in float32. */
  get lossScale(): LossScaleState | undefined {
    return this.#lossScale;
  }

  /**
   * Records and starts one step in a single process.
   *
   * @param batches micro-batches of the step
   * @throws {RangeError} if the log is full; see {@linkcode readLog}.
   */
  trainStep(batches: readonly B[]): void {
    this.#accumulate(batches, this.#objective.counts(batches));
    this.optimizer.step(this.#learningRateOf(this.#step), this.#slot);
    this.#device.flush();
    this.#endStep(batches);
  }

  /**
   * Makes one step together with the other ranks. Collective.
   *
   * @param batches micro-batches of this rank's part of the step
   * @throws {RangeError} if the log is full; see {@linkcode readLog}.
   */
  async trainStepTogether(batches: readonly B[]): Promise<void> {
    const { group, shardOptimizer } = this.#ranks;
    if (group.size === 1) return this.trainStep(batches);
    this.#accumulate(batches, await sumOverRanks(group, this.#objective.counts(batches)));
    const { gradients, values } = this.model.parameters;
    await allReduceBuffer(this.#ranks, this.#device, gradients!);
    const { optimizer } = this;
    const learningRate = this.#learningRateOf(this.#step);
    if (shardOptimizer) {
      optimizer.begin(this.#slot);
      await allGatherParts(group, this.#device, optimizer.partials);
      optimizer.finish(learningRate);
      const parts = optimizer.shards.map((part) => ({ buffer: values, ...part }));
      await allGatherParts(group, this.#device, parts);
    } else {
      optimizer.step(learningRate, this.#slot);
      this.#device.flush();
    }
    this.#endStep(batches);
  }

  /**
   * Waits for the steps since the last reading and returns their logs. Collective.
   *
   * @throws {NonFiniteError} if a step met NaN or infinity, with the name of the first such tensor.
   */
  async readLog(): Promise<StepLog[]> {
    const first = this.#step - this.#tokens.length;
    const [metrics, { norms, nonFinite, lossScale }] = await Promise.all([
      this.#metrics.take(this.#tokens.length),
      this.optimizer.readLog(),
    ]);
    const { losses } = this.#objective;
    const sums = await sumFieldsOverRanks(
      this.#ranks.group,
      metrics.map((own, i): Record<string, number> => ({ ...own, tokens: this.#tokens[i] })),
    );
    const logs = sums.map(({ tokens, ...metrics }, i) => ({
      step: first + i,
      loss: totalLoss(losses, metrics),
      metrics,
      tokens,
      learningRate: this.#learningRateOf(first + i),
      gradientNorm: norms[i],
      skipped: !Number.isFinite(norms[i]),
    }));
    if (nonFinite) throw await nonFiniteError(this.model.parameters, logs, first);
    this.#tokens = [];
    this.#lossScale = lossScale;
    return logs;
  }

  /** Continues after `step` steps. */
  startAt(step: number): void {
    this.#step = step;
    this.#tokens = [];
  }

  /** Frees model, optimizer and metrics. */
  free(): void {
    this.#half?.free();
    this.optimizer.free();
    this.model.parameters.free();
    this.#metrics.free();
  }

  /** Number of the current step since the last reading of the log. */
  get #slot(): number {
    const { loggingSteps } = this.#settings;
    if (this.#tokens.length >= loggingSteps) {
      throw new RangeError(`The log is full after ${loggingSteps} steps; call readLog() first`);
    }
    return this.#tokens.length;
  }

  #learningRateOf(step: number): number {
    return learningRateAt(this.#settings.schedule, step);
  }

  /**
   * Leaves the gradients of the batches' losses.
   *
   * @param counts denominator of each loss over the whole step, all ranks together
   */
  #accumulate(batches: readonly B[], counts: readonly number[]): void {
    const { seed, recompute } = this.#settings;
    const targets = this.#metrics.targets(this.#slot, counts);
    this.model.parameters.clearGradients();
    this.#half?.renew();
    const pass = { device: this.#device, seed, step: this.#step, half: this.#half, recompute };
    for (const batch of batches) {
      recordMicroBatch(
        { ...pass, firstRow: batch.firstRow },
        (scope) => this.#objective.loss(scope, this.model, batch, targets),
      );
      this.#device.flush();
    }
  }

  #endStep(batches: readonly B[]): void {
    this.#tokens.push(batches.reduce((sum, { tokens }) => sum + tokens, 0));
    this.#step++;
  }
}

/** Options of {@linkcode trainSteps}. */
export interface TrainStepsOptions {
  /** Number of the last step; those that the trainer has done count. */
  readonly steps: number;
  /** Number of steps between two readings of the log, at most the trainer's `loggingSteps`. Default: that number. */
  readonly loggingSteps?: number;
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal;
}

/**
 * Trains in a single process and yields the log of each step. Logs are read together every few steps, since reading waits for the device.
 *
 * @param batchesAt returns the micro-batches of a step, from 0
 * @throws {RangeError} if an option is invalid
 * @throws {TypeError} if an option is unknown
 * @throws {NonFiniteError} as {@linkcode Trainer.readLog}
 *
 * @example A training loop that a button stops
 * ```ts ignore
 * const stop = new AbortController();
 * for await (const { step, loss } of trainSteps(trainer, batchesAt, { steps: 200, signal: stop.signal })) {
 *   console.log(step, loss);
 * }
 * ```
 */
export async function* trainSteps<B extends TaskBatch>(
  trainer: Trainer<B>,
  batchesAt: (step: number) => readonly B[] | Promise<readonly B[]>,
  options: TrainStepsOptions,
): AsyncGenerator<StepLog> {
  checkOptions("trainSteps()", options, ["steps", "loggingSteps", "signal"]);
  const { steps, loggingSteps = trainer.loggingSteps, signal } = options;
  checkCount("steps", steps);
  checkCount("loggingSteps", loggingSteps);
  if (loggingSteps > trainer.loggingSteps) {
    throw new RangeError(
      `loggingSteps must be at most the trainer's, ${trainer.loggingSteps} (got ${loggingSteps})`,
    );
  }
  let unread = 0;
  while (trainer.step < steps && !signal?.aborted) {
    trainer.trainStep(await batchesAt(trainer.step));
    if (++unread < loggingSteps && trainer.step < steps && !signal?.aborted) continue;
    unread = 0;
    yield* await trainer.readLog();
  }
}
