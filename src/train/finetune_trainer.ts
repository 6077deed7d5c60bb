/**
 * The finetuning step: micro-batches forward and backward, one update. No files; this runs in a browser too.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import {
  allReduceBuffer,
  type DataParallel,
  partOf,
  shardOf,
  SINGLE_PROCESS,
  sumOverRanks,
} from "../distributed/mod.ts";
import { Encoder, encoderSpecs, type ModelConfig, Parameters } from "../model/mod.ts";
import { type LossScaleState, Optimizer } from "../optim/mod.ts";
import { DropoutRandom, type HalfPrecision, Tape } from "../tensor/mod.ts";
import { halfPrecision } from "./precision.ts";
import { sharedRing, type StepFacts, StepLedger } from "./step_ledger.ts";
import { collateSequences, longestSequence, TrainingOrder } from "./sequences.ts";
import type { FinetuneSettings } from "./finetune_settings.ts";
import { type StepLoss, StepLosses } from "./step_losses.ts";
import type { FinetuneExample, FinetuneTask, TaskHead } from "./finetune_task.ts";

/** What a step left behind. */
export interface FinetuneStepLog extends StepLoss, StepFacts {}

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
  /** Tokens of the steps since they were last taken, without padding; of all ranks once the log is read. */
  tokens = 0;
  readonly #device: Device;
  readonly #task: FinetuneTask<E, O>;
  readonly #settings: FinetuneSettings;
  readonly #ranks: DataParallel;
  readonly #order: TrainingOrder;
  readonly #losses: StepLosses;
  readonly #half?: HalfPrecision;
  readonly #ledger: StepLedger<StepLoss>;

  /**
   * Makes model and optimizer, all zero: load and initialize them before the first step.
   *
   * @param ranks who trains with us, each on a part of every batch
   */
  constructor(
    device: Device,
    config: ModelConfig,
    task: FinetuneTask<E, O>,
    settings: FinetuneSettings,
    ranks: DataParallel = SINGLE_PROCESS,
  ) {
    const { optimizer, loggingSteps, seed, shuffle, precision } = settings;
    this.#device = device;
    this.#task = task;
    this.#settings = settings;
    this.#ranks = ranks;
    this.#order = new TrainingOrder(task.train.length, seed, shuffle);
    this.model = taskModel(device, config, task);
    const { lossScale, half } = halfPrecision(device, precision);
    const shard = shardOf(ranks);
    this.optimizer = new Optimizer(
      this.model.parameters,
      optimizer,
      loggingSteps,
      lossScale,
      shard,
    );
    this.#half = half;
    this.#losses = new StepLosses(device, loggingSteps);
    this.#ledger = new StepLedger({
      parameters: this.model.parameters,
      optimizer: this.optimizer,
      schedule: settings.schedule,
      metrics: sharedRing(ranks.group, this.#losses),
      slots: loggingSteps,
    });
  }

  /** The loss scale when the log was last read; absent in float32. */
  get lossScale(): LossScaleState | undefined {
    return this.#ledger.lossScale;
  }

  /** Steps done. */
  get step(): number {
    return this.#ledger.step;
  }

  /**
   * Records and starts one step.
   *
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  trainStep(): void {
    this.#accumulate();
    this.#ledger.update();
  }

  /**
   * The same step with the other ranks. Collective.
   *
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  async trainStepTogether(): Promise<void> {
    this.#accumulate();
    await allReduceBuffer(this.#ranks, this.#device, this.model.parameters.gradients!);
    await this.#ledger.updateTogether(this.#ranks);
  }

  /** Leaves the gradients of this rank's part of the batch, over the count of the whole. */
  #accumulate(): void {
    const { batchSize, microBatchSize, seed, maxSeqLength, recompute } = this.#settings;
    const device = this.#device;
    const target = this.#losses.target(this.#ledger.slot, batchSize);
    this.model.parameters.clearGradients();
    this.#half?.renew();
    const part = partOf(this.#ranks.group, batchSize);
    const examples = this.#examplesByLength().slice(0, part.end);
    for (let start = part.start; start < part.end; start += microBatchSize) {
      const batch = collateSequences(
        examples.slice(start, start + microBatchSize),
        this.model.config.padTokenId,
        maxSeqLength,
      );
      const perExample = batch.input.batch / batch.examples.length;
      const tape = new Tape(device);
      // Dropout counts sequences: the choices of a question have masks of their own.
      const dropout = new DropoutRandom(seed, this.step, start * perExample);
      const scope = { device, tape, dropout, half: this.#half, recompute };
      this.#task.loss(scope, this.model, batch, target);
      tape.backward();
      device.flush();
      this.tokens += batch.input.lengths.reduce((sum, length) => sum + length, 0);
    }
  }

  /** Examples of the current step, the short ones first, so that micro-batches of like lengths need little padding. */
  #examplesByLength(): E[] {
    const { batchSize } = this.#settings;
    const first = this.step * batchSize;
    return Array.from(
      { length: batchSize },
      (_, index) => this.#task.train[this.#order.at(first + index)],
    ).sort((a, b) => longestSequence(a) - longestSequence(b));
  }

  /**
   * Waits for the steps since the last reading and returns what they left.
   *
   * @throws {NonFiniteError} when one of them met NaN or infinity, naming the first tensor.
   */
  async readLog(): Promise<FinetuneStepLog[]> {
    [this.tokens] = await sumOverRanks(this.#ranks.group, [this.tokens]);
    return await this.#ledger.read();
  }

  /** Continues after `step` updates. */
  startAt(step: number): void {
    this.#ledger.startAt(step);
  }

  /** Frees model, optimizer and losses. */
  free(): void {
    this.#half?.free();
    this.optimizer.free();
    this.model.parameters.free();
    this.#losses.free();
  }
}
