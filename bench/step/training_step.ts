/**
 * A training step in parts that can be timed one by one.
 *
 * @module
 */
import { exampleSettings, type ExampleSource } from "../../src/data/mod.ts";
import { type Device, PlanningDevice } from "../../src/device/mod.ts";
import { initialize, type ModelConfig, PretrainingModel } from "../../src/model/mod.ts";
import { Optimizer, OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import {
  PRETRAINING,
  PRETRAINING_LOSSES,
  pretrainingBatches,
  type PretrainingStepBatch,
} from "../../src/pretraining/mod.ts";
import type { HalfPrecision, Recompute } from "../../src/tensor/mod.ts";
import {
  halfPrecision,
  MetricRing,
  type Precision,
  recordMicroBatch,
} from "../../src/train/mod.ts";
import { syntheticExamples } from "../workload.ts";

export interface StepSizes {
  readonly batch: number;
  readonly sequence: number;
  /** Maximum number of masked tokens per example. */
  readonly maxPredictions: number;
  /** Activations to recompute in the backward pass. Default: none. */
  readonly recompute?: Recompute;
  /** Precision of matrix multiplications. Default: float32. */
  readonly precision?: Precision;
}

/** The paper's number of predictions per example: 20 for 128 tokens. */
export function usualPredictions(sequence: number): number {
  return exampleSettings(sequence).maxPredictionsPerSeq;
}

/** A model, its optimizer and its data. */
export class TrainingStep {
  readonly #model: PretrainingModel;
  readonly #optimizer: Optimizer;
  readonly #metrics: MetricRing;
  readonly #half?: HalfPrecision;
  #count = 0;

  private constructor(
    readonly device: Device,
    readonly config: ModelConfig,
    readonly sizes: StepSizes,
    readonly source: ExampleSource,
  ) {
    this.#model = new PretrainingModel(device, config);
    // Planning needs no values, and initializing a large model is slow.
    if (!(device instanceof PlanningDevice)) {
      initialize(this.#model.parameters, 1, config.initializerRange);
    }
    const { lossScale, half } = halfPrecision(device, sizes.precision);
    this.#optimizer = new Optimizer(this.#model.parameters, OPTIMIZER_DEFAULTS, 1, lossScale);
    this.#half = half;
    this.#metrics = new MetricRing(device, PRETRAINING_LOSSES, 1);
  }

  /** Creates the model and its synthetic examples. */
  static async open(
    device: Device,
    config: ModelConfig,
    sizes: StepSizes,
  ): Promise<TrainingStep> {
    const source = await syntheticExamples(config, sizes.sequence, sizes.maxPredictions);
    return new TrainingStep(device, config, sizes, source);
  }

  /** Builds the step's batch. */
  batch(): PretrainingStepBatch {
    const { batch: batchSize, sequence: sequenceLength, maxPredictions } = this.sizes;
    const shape = { sequenceLength, maxPredictions, padId: this.config.padTokenId };
    return pretrainingBatches(this.source, this.#count++, { batchSize }, shape)[0];
  }

  /** Records the forward pass, and the backward pass unless `backward` is false. */
  record(batch: PretrainingStepBatch, backward = true): void {
    const { device, sizes: { recompute } } = this;
    const targets = this.#metrics.targets(0, PRETRAINING.counts([batch]));
    if (backward) this.#model.parameters.clearGradients();
    this.#half?.renew();
    recordMicroBatch(
      { device, seed: 1, step: this.#count, firstRow: 0, half: this.#half, recompute },
      (scope) => PRETRAINING.loss(scope, this.#model.encoder, batch, targets),
      backward,
    );
  }

  /** Records the update. */
  update(): void {
    this.#optimizer.step(1e-3, 0);
  }

  /** Waits for losses and norms. */
  async readback(): Promise<void> {
    await Promise.all([this.#metrics.take(1), this.#optimizer.readLog()]);
  }
}
