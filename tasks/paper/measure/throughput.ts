/**
 * Training throughput in examples per second (the speedup column of the paper's Table 2).
 *
 * A step of a large model may not fit into memory. All layers of these models are equal, so the time of a step is linear in the depth, and is extrapolated
 * from the same model with one layer and with two. The extrapolation includes embeddings, heads and optimizer.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { ModelConfig } from "../../../src/model/mod.ts";
import { type StepCost, stepCost, type StepShape } from "./cost.ts";
import { TimedModel } from "./timed_model.ts";

/** How a throughput was measured: with all layers, or by extrapolation from one and two layers. */
export type ThroughputMethod = "whole step" | "one layer and two";

/** A model whose step requires more bytes is timed by extrapolation. */
export const WHOLE_STEP_BYTES: number = 4 * 2 ** 30;

/** Options of {@linkcode measureThroughput}. */
export interface ThroughputOptions extends StepShape {
  /** Memory for the model; if a step requires more, it is measured by extrapolation. */
  readonly memoryBytes: number;
  /** Number of measurements after a warmup; the shortest counts. 3 by default. */
  readonly rounds?: number;
}

/** A measured throughput with the planned cost of its step. */
export interface Throughput extends StepCost {
  /** On one device that computes the whole update. */
  readonly examplesPerSecond: number;
  /** Seconds of a micro-batch's forward and backward pass. */
  readonly microBatchSeconds: number;
  /** Seconds of an optimizer update. */
  readonly optimizerSeconds: number;
  /** Speed, with the kernels' own count of floating-point operations. */
  readonly gigaflopsPerSecond: number;
  readonly method: ThroughputMethod;
}

/** Times of the parts of a training step, in seconds. */
export interface StepTimes {
  /** Forward and backward pass of a micro-batch. */
  readonly microBatch: number;
  /** Optimizer update. */
  readonly optimizer: number;
}

/**
 * Times training steps of a model with its full hidden size, on synthetic examples of full length.
 *
 * @throws {RangeError} If the throughput has to be extrapolated but the model's layers are not all equal.
 */
export async function measureThroughput(
  device: Device,
  config: ModelConfig,
  { memoryBytes, rounds = 3, ...shape }: ThroughputOptions,
): Promise<Throughput> {
  const cost = stepCost(config, shape);
  const fits = cost.peakBytes <= memoryBytes || config.numHiddenLayers < 3;
  const time = async (layers: number) =>
    await timeStep(device, withLayers(config, layers), shape, rounds);
  const times = fits
    ? await time(config.numHiddenLayers)
    : alongDepth(await time(1), await time(2), config.numHiddenLayers);
  const updates = shape.batchSize / shape.microBatchSize * times.microBatch + times.optimizer;
  return {
    ...cost,
    examplesPerSecond: shape.batchSize / updates,
    microBatchSeconds: times.microBatch,
    optimizerSeconds: times.optimizer,
    gigaflopsPerSecond: cost.flops / updates / 1e9,
    method: fits ? "whole step" : "one layer and two",
  };
}

/** Extrapolates the times of one and two layers linearly to `layers`. */
export function alongDepth(one: StepTimes, two: StepTimes, layers: number): StepTimes {
  const at = (first: number, second: number) => first + (layers - 1) * (second - first);
  return {
    microBatch: at(one.microBatch, two.microBatch),
    optimizer: at(one.optimizer, two.optimizer),
  };
}

/**
 * The same model with another depth.
 *
 * @throws {RangeError} If layers neither share all parameters nor have their own.
 */
export function withLayers(config: ModelConfig, layers: number): ModelConfig {
  const { numHiddenLayers, numHiddenGroups } = config;
  if (numHiddenLayers === layers) return config;
  if (numHiddenGroups !== 1 && numHiddenGroups !== numHiddenLayers) {
    throw new RangeError(
      `Cannot extrapolate the time of ${numHiddenLayers} layers in ${numHiddenGroups} groups from fewer layers; increase memoryBytes to time a whole step`,
    );
  }
  return {
    ...config,
    numHiddenLayers: layers,
    numHiddenGroups: numHiddenGroups === 1 ? 1 : layers,
  };
}

/** Times micro-batches and updates alternately. */
async function timeStep(
  device: Device,
  config: ModelConfig,
  shape: StepShape,
  rounds: number,
): Promise<StepTimes> {
  const model = new TimedModel(device, config, shape);
  try {
    await model.microBatch();
    await model.update();
    const microBatch: number[] = [], optimizer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      microBatch.push(await model.microBatch());
      optimizer.push(await model.update());
    }
    return { microBatch: Math.min(...microBatch), optimizer: Math.min(...optimizer) };
  } finally {
    model.free();
  }
}
