/**
 * A model whose micro-batches and updates are timed separately.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import { initialize, type ModelConfig, PretrainingModel } from "../../../src/model/mod.ts";
import { Optimizer, OPTIMIZER_DEFAULTS } from "../../../src/optim/mod.ts";
import {
  PRETRAINING,
  PRETRAINING_LOSSES,
  type PretrainingStepBatch,
} from "../../../src/pretraining/mod.ts";
import { MetricRing, recordMicroBatch } from "../../../src/train/mod.ts";
import type { StepShape } from "./cost.ts";

/** Any value; the data is synthetic. */
const SEED = 1;

/** A model with optimizer and a synthetic batch. */
export class TimedModel {
  readonly #device: Device;
  readonly #model: PretrainingModel;
  readonly #optimizer: Optimizer;
  readonly #metrics: MetricRing;
  readonly #batch: PretrainingStepBatch;

  /**
   * Allocates model, moments and a batch. Weights are initialized as for training, since a device may be faster on zeros.
   *
   * @throws {DeviceError} If there is not enough memory. Nothing remains allocated.
   */
  constructor(device: Device, config: ModelConfig, shape: StepShape) {
    const model = new PretrainingModel(device, config);
    let optimizer: Optimizer | undefined;
    try {
      initialize(model.parameters, SEED, config.initializerRange);
      optimizer = new Optimizer(model.parameters, OPTIMIZER_DEFAULTS);
      this.#metrics = new MetricRing(device, PRETRAINING_LOSSES, 1);
    } catch (error) {
      optimizer?.free();
      model.parameters.free();
      throw error;
    }
    this.#device = device;
    this.#model = model;
    this.#optimizer = optimizer;
    this.#batch = syntheticBatch(config, shape);
  }

  /** Runs a forward and backward pass and returns its seconds. */
  async microBatch(): Promise<number> {
    const targets = this.#metrics.targets(0, PRETRAINING.counts([this.#batch]));
    const pass = { device: this.#device, seed: SEED, step: 0, firstRow: 0 };
    return await this.#time(() =>
      recordMicroBatch(
        pass,
        (scope) => PRETRAINING.loss(scope, this.#model.encoder, this.#batch, targets),
      )
    );
  }

  /** Runs an update, including clearing the gradients, and returns its seconds. */
  async update(): Promise<number> {
    return await this.#time(() => {
      this.#optimizer.step(0);
      this.#model.parameters.clearGradients();
    });
  }

  /** Frees all buffers. */
  free(): void {
    this.#optimizer.free();
    this.#model.parameters.free();
    this.#metrics.free();
  }

  async #time(record: () => void): Promise<number> {
    await this.#device.settled();
    const start = performance.now();
    record();
    this.#device.flush();
    await this.#device.settled();
    return (performance.now() - start) / 1000;
  }
}

/** Examples of full length without padding, with evenly spaced masks. */
function syntheticBatch(config: ModelConfig, shape: StepShape): PretrainingStepBatch {
  const { microBatchSize: batch, sequenceLength: sequence, maxPredictions } = shape;
  const tokens = batch * sequence;
  const count = batch * maxPredictions;
  const input = {
    batch,
    sequence,
    inputIds: Uint32Array.from({ length: tokens }, (_, i) => (7919 * i) % config.vocabSize),
    tokenTypeIds: Uint32Array.from(
      { length: tokens },
      (_, i) => Number(i % sequence * 2 >= sequence),
    ),
    lengths: new Uint32Array(batch).fill(sequence),
    maskedPositions: Uint32Array.from({ length: count }, (_, i) => Math.floor(i * tokens / count)),
    maskedLabels: Uint32Array.from({ length: count }, (_, i) => (104_729 * i) % config.vocabSize),
    sentenceOrderLabels: Uint32Array.from({ length: batch }, (_, i) => i % 2),
  };
  return { input, maskedCount: count, pairCount: batch, firstRow: 0, tokens };
}
