/**
 * The pretraining step: micro-batches forward and backward, one update. No files; this runs in a browser too.
 *
 * @module
 */
import {
  type BatchShape,
  type ExampleSource,
  microBatches,
  type PretrainingBatch,
} from "../data/mod.ts";
import type { Device } from "../device/mod.ts";
import {
  allReduceBuffer,
  type DataParallel,
  partOf,
  shardOf,
  SINGLE_PROCESS,
  sumOverRanks,
} from "../distributed/mod.ts";
import { type ModelConfig, type PretrainingInput, PretrainingModel } from "../model/mod.ts";
import {
  type LossScaleState,
  Optimizer,
  type OptimizerSettings,
  type Schedule,
} from "../optim/mod.ts";
import { DropoutRandom, type HalfPrecision, type Recompute, Tape } from "../tensor/mod.ts";
import { halfPrecision, type Precision } from "./precision.ts";
import { MetricSlots, type PretrainingMetrics } from "./metrics.ts";
import { sharedRing, type StepFacts, StepLedger } from "./step_ledger.ts";

/** What determines a pretraining run beside model and data. */
export interface TrainerSettings {
  /** Learning rate over time. */
  readonly schedule: Schedule;
  /** Update rule and its constants. */
  readonly optimizer: OptimizerSettings;
  /** Examples of an update. */
  readonly batchSize: number;
  /** Examples that the device holds at once; divides nothing but memory. */
  readonly microBatchSize: number;
  /** What is computed again in backward to need less memory; nothing where absent. */
  readonly recompute?: Recompute;
  /** Of dropout. */
  readonly seed: number;
  /** Steps between two readings of the log, at most. */
  readonly logSlots: number;
  /** Who trains with us, each on a part of every batch; nobody where absent. */
  readonly ranks?: DataParallel;
  /** Of matrix products; float32 where absent. */
  readonly precision?: Precision;
}

/** What a step left behind. */
export interface StepLog extends PretrainingMetrics, StepFacts {}

/** A model being pretrained. */
export class PretrainingTrainer {
  /** What is trained. */
  readonly model: PretrainingModel;
  /** Moments and update. */
  readonly optimizer: Optimizer;
  readonly #device: Device;
  readonly #settings: TrainerSettings;
  readonly #ranks: DataParallel;
  readonly #metrics: MetricSlots;
  readonly #half?: HalfPrecision;
  readonly #ledger: StepLedger<PretrainingMetrics>;

  /** Makes model and optimizer, all zero: initialize or load them before the first step. */
  constructor(device: Device, config: ModelConfig, settings: TrainerSettings) {
    this.#device = device;
    this.#settings = settings;
    this.#ranks = settings.ranks ?? SINGLE_PROCESS;
    this.model = new PretrainingModel(device, config);
    const { optimizer, logSlots, precision } = settings;
    const { lossScale, half } = halfPrecision(device, precision);
    const shard = shardOf(this.#ranks);
    this.optimizer = new Optimizer(this.model.parameters, optimizer, logSlots, lossScale, shard);
    this.#half = half;
    this.#metrics = new MetricSlots(device, logSlots);
    this.#ledger = new StepLedger({
      parameters: this.model.parameters,
      optimizer: this.optimizer,
      schedule: settings.schedule,
      metrics: sharedRing(this.#ranks.group, this.#metrics),
      slots: logSlots,
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
   * Records and starts one step on the examples `step·batchSize … (step + 1)·batchSize − 1`.
   *
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  trainStep(source: ExampleSource, shape: BatchShape): void {
    const { batchSize, microBatchSize } = this.#settings;
    this.trainBatches(
      microBatches(source, this.step * batchSize, batchSize, microBatchSize, shape),
    );
  }

  /**
   * Records and starts one step on batches that were built elsewhere.
   *
   * @param micro the step's examples, in pieces that the device can hold
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  trainBatches(micro: readonly PretrainingBatch[]): void {
    this.#accumulate(micro, countsOf(micro));
    this.#ledger.update();
  }

  /**
   * The same step with the other ranks. Collective.
   *
   * @param micro this rank's part of the step's examples
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  async trainBatchesTogether(micro: readonly PretrainingBatch[]): Promise<void> {
    this.#accumulate(micro, await sumOverRanks(this.#ranks.group, countsOf(micro)));
    await allReduceBuffer(this.#ranks, this.#device, this.model.parameters.gradients!);
    await this.#ledger.updateTogether(this.#ranks);
  }

  /** Leaves the gradients of the batches' sums over the counts of the whole step, all ranks together. */
  #accumulate(micro: readonly PretrainingBatch[], [maskedCount, pairCount]: number[]): void {
    const { seed, batchSize, recompute } = this.#settings;
    const device = this.#device;
    const targets = this.#metrics.targets(this.#ledger.slot, maskedCount, pairCount);
    this.model.parameters.clearGradients();
    this.#half?.renew();
    let firstExample = partOf(this.#ranks.group, batchSize).start;
    for (const batch of micro) {
      const tape = new Tape(device);
      const dropout = new DropoutRandom(seed, this.step, firstExample);
      const scope = { device, tape, dropout, half: this.#half, recompute };
      this.model.loss(scope, pretrainingInput(batch), targets);
      tape.backward();
      device.flush();
      firstExample += batch.examples;
    }
  }

  /**
   * Waits for the steps since the last reading and returns what they left.
   *
   * @throws {NonFiniteError} when one of them met NaN or infinity, naming the first tensor.
   */
  async readLog(): Promise<StepLog[]> {
    return await this.#ledger.read();
  }

  /** Continues after `step` updates. */
  startAt(step: number): void {
    this.#ledger.startAt(step);
  }

  /** Frees model, optimizer and metrics. */
  free(): void {
    this.#half?.free();
    this.optimizer.free();
    this.model.parameters.free();
    this.#metrics.free();
  }
}

/** Masked tokens and labeled pairs. */
function countsOf(batches: readonly PretrainingBatch[]): number[] {
  return [
    batches.reduce((sum, { maskedCount }) => sum + maskedCount, 0),
    batches.reduce((sum, { pairCount }) => sum + pairCount, 0),
  ];
}

/** A batch in the model's words. */
export function pretrainingInput(batch: PretrainingBatch): PretrainingInput {
  return {
    batch: batch.examples,
    sequence: batch.sequenceLength,
    inputIds: batch.inputIds,
    tokenTypeIds: batch.tokenTypeIds,
    lengths: batch.lengths,
    maskedPositions: batch.maskedRows,
    maskedLabels: batch.maskedLabels,
    sentenceOrderLabels: batch.pairLabels,
  };
}
