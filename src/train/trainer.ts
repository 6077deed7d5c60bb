/**
 * The pretraining step: micro-batches forward and backward, one update. No files; this runs in a browser too.
 *
 * @module
 */
import {
  batchAt,
  type BatchShape,
  type ExampleSource,
  type PretrainingBatch,
} from "../data/mod.ts";
import type { Device } from "../device/mod.ts";
import { type ModelConfig, type PretrainingInput, PretrainingModel } from "../model/mod.ts";
import { learningRateAt, Optimizer, type OptimizerSettings, type Schedule } from "../optim/mod.ts";
import { DropoutRandom, Tape } from "../tensor/mod.ts";
import { MetricSlots, type PretrainingMetrics } from "./metrics.ts";
import { nonFiniteError } from "./non_finite.ts";

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
  /** Of dropout. */
  readonly seed: number;
  /** Steps between two readings of the log, at most. */
  readonly logSlots: number;
}

/** What a step left behind. */
export interface StepLog extends PretrainingMetrics {
  /** From 0. */
  readonly step: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
}

/** A model being pretrained. */
export class PretrainingTrainer {
  /** What is trained. */
  readonly model: PretrainingModel;
  /** Moments and update. */
  readonly optimizer: Optimizer;
  /** Steps done. */
  step = 0;
  readonly #device: Device;
  readonly #settings: TrainerSettings;
  readonly #metrics: MetricSlots;
  #logged = 0;

  /** Makes model and optimizer, all zero: initialise or load them before the first step. */
  constructor(device: Device, config: ModelConfig, settings: TrainerSettings) {
    this.#device = device;
    this.#settings = settings;
    this.model = new PretrainingModel(device, config);
    this.optimizer = new Optimizer(this.model.parameters, settings.optimizer, settings.logSlots);
    this.#metrics = new MetricSlots(device, settings.logSlots);
  }

  /**
   * Records and starts one step on the examples `step·batchSize … (step + 1)·batchSize − 1`.
   *
   * @throws {RangeError} when the log is full; see {@linkcode readLog}.
   */
  trainStep(source: ExampleSource, shape: BatchShape): void {
    const { batchSize, microBatchSize, schedule, seed, logSlots } = this.#settings;
    const slot = this.step - this.#logged;
    if (slot >= logSlots) throw new RangeError(`The log holds ${logSlots} steps: read it first`);
    const micro = microBatches(source, this.step * batchSize, batchSize, microBatchSize, shape);
    const maskedCount = micro.reduce((sum, batch) => sum + batch.maskedCount, 0);
    const pairCount = micro.reduce((sum, batch) => sum + batch.pairCount, 0);
    const targets = this.#metrics.targets(slot, maskedCount, pairCount);
    this.model.parameters.clearGradients();
    let firstExample = 0;
    for (const batch of micro) {
      const tape = new Tape(this.#device);
      const dropout = new DropoutRandom(seed, this.step, firstExample);
      this.model.loss({ device: this.#device, tape, dropout }, pretrainingInput(batch), targets);
      tape.backward();
      this.#device.flush();
      firstExample += batch.examples;
    }
    this.optimizer.step(learningRateAt(schedule, this.step), slot);
    this.#device.flush();
    this.step++;
  }

  /**
   * Waits for the steps since the last reading and returns what they left.
   *
   * @throws {NonFiniteError} when one of them met NaN or infinity, naming the first tensor.
   */
  async readLog(): Promise<StepLog[]> {
    const count = this.step - this.#logged;
    const [metrics, { norms, nonFinite }] = await Promise.all([
      this.#metrics.take(count),
      this.optimizer.readLog(),
    ]);
    const logs = metrics.map((values, i) => ({
      ...values,
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

  /** Frees model, optimizer and metrics. */
  free(): void {
    this.optimizer.free();
    this.model.parameters.free();
    this.#metrics.free();
  }
}

/** Builds the examples of a step in device-sized pieces. */
export function microBatches(
  source: ExampleSource,
  first: number,
  count: number,
  microBatchSize: number,
  shape: BatchShape,
): PretrainingBatch[] {
  const batches: PretrainingBatch[] = [];
  for (let start = 0; start < count; start += microBatchSize) {
    const size = Math.min(microBatchSize, count - start);
    batches.push(batchAt(source, first + start, size, shape));
  }
  return batches;
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
    pairLabels: batch.pairLabels,
  };
}
