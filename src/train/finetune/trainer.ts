/**
 * The finetuning step: micro-batches forward and backward, one update. No files; this runs in a browser too.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import { Encoder, encoderSpecs, type ModelConfig, Parameters } from "../../model/mod.ts";
import { learningRateAt, Optimizer } from "../../optim/mod.ts";
import { DropoutRandom, Tape } from "../../tensor/mod.ts";
import { nonFiniteError } from "../non_finite.ts";
import { collateSequences, TrainingOrder } from "./batch.ts";
import type { FinetuneSettings } from "./settings.ts";
import { type StepLoss, StepLosses } from "./step_losses.ts";
import type { FinetuneExample, FinetuneTask, TaskHead } from "./task.ts";

/** What a step left behind. */
export interface FinetuneStepLog extends StepLoss {
  /** From 0. */
  readonly step: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
}

/** An encoder with a task's head. */
export function taskModel<E extends FinetuneExample, O>(
  device: Device,
  config: ModelConfig,
  task: TaskHead<E, O>,
  options: { readonly trainable?: boolean } = {},
): Encoder {
  const specs = [...encoderSpecs(config, { pooler: task.pooler }), ...task.headSpecs(config)];
  return new Encoder(config, new Parameters(device, specs, options));
}

/** A model being finetuned. */
export class FinetuneTrainer<E extends FinetuneExample, O> {
  /** What is trained. */
  readonly model: Encoder;
  /** Moments and update. */
  readonly optimizer: Optimizer;
  /** Steps done. */
  step = 0;
  /** Tokens of the steps since they were last taken, without padding. */
  tokens = 0;
  readonly #device: Device;
  readonly #task: FinetuneTask<E, O>;
  readonly #settings: FinetuneSettings;
  readonly #order: TrainingOrder;
  readonly #losses: StepLosses;
  #logged = 0;

  /** Makes model and optimizer, all zero: load and initialise them before the first step. */
  constructor(
    device: Device,
    config: ModelConfig,
    task: FinetuneTask<E, O>,
    settings: FinetuneSettings,
  ) {
    const { optimizer, loggingSteps, seed, shuffle } = settings;
    this.#device = device;
    this.#task = task;
    this.#settings = settings;
    this.#order = new TrainingOrder(task.train.length, seed, shuffle);
    this.model = taskModel(device, config, task);
    this.optimizer = new Optimizer(this.model.parameters, optimizer, loggingSteps);
    this.#losses = new StepLosses(device, loggingSteps);
  }

  /**
   * Records and starts one step.
   *
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  trainStep(): void {
    const { batchSize, microBatchSize, schedule, seed, loggingSteps, maxSeqLength } =
      this.#settings;
    const device = this.#device;
    const slot = this.step - this.#logged;
    if (slot >= loggingSteps) {
      throw new RangeError(`The log holds ${loggingSteps} steps: read it first`);
    }
    const target = this.#losses.target(slot, batchSize);
    this.model.parameters.clearGradients();
    for (let start = 0; start < batchSize; start += microBatchSize) {
      const batch = collateSequences(
        this.#examples(start, Math.min(start + microBatchSize, batchSize)),
        this.model.config.padTokenId,
        maxSeqLength,
      );
      const perExample = batch.input.batch / batch.examples.length;
      const tape = new Tape(device);
      // Dropout counts sequences: the choices of a question have masks of their own.
      const dropout = new DropoutRandom(seed, this.step, start * perExample);
      this.#task.loss({ device, tape, dropout }, this.model, batch, target);
      tape.backward();
      device.flush();
      this.tokens += batch.input.lengths.reduce((sum, length) => sum + length, 0);
    }
    this.optimizer.step(learningRateAt(schedule, this.step), slot);
    device.flush();
    this.step++;
  }

  /** Examples of the current step, from place to place of its batch. */
  #examples(start: number, end: number): E[] {
    const first = this.step * this.#settings.batchSize;
    return Array.from(
      { length: end - start },
      (_, index) => this.#task.train[this.#order.at(first + start + index)],
    );
  }

  /**
   * Waits for the steps since the last reading and returns what they left.
   *
   * @throws {NonFiniteError} when one of them met NaN or infinity, naming the first tensor.
   */
  async readLog(): Promise<FinetuneStepLog[]> {
    const count = this.step - this.#logged;
    const [losses, { norms, nonFinite }] = await Promise.all([
      this.#losses.take(count),
      this.optimizer.readLog(),
    ]);
    const logs = losses.map((loss, i) => ({
      ...loss,
      step: this.#logged + i,
      learningRate: learningRateAt(this.#settings.schedule, this.#logged + i),
      gradientNorm: norms[i],
    }));
    if (nonFinite) throw await nonFiniteError(this.model.parameters, logs, this.#logged);
    this.#logged = this.step;
    return logs;
  }

  /** Continues after `step` updates. */
  startAt(step: number): void {
    this.step = step;
    this.#logged = step;
  }

  /** Frees model, optimizer and losses. */
  free(): void {
    this.optimizer.free();
    this.model.parameters.free();
    this.#losses.free();
  }
}
