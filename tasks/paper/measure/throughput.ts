/**
 * How many examples a second a model trains on (the speed-up column of the paper's Table 2).
 *
 * A step of a large model may not fit. All layers of these models are alike, so the time of a step is a straight line over depth, and two depths give
 * the line: the same model with one layer and with two. Embeddings, heads, optimizer and what each further layer adds to all of them are in it.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { ModelConfig } from "../../../src/model/mod.ts";
import { type StepCost, stepCost, type StepShape } from "./cost.ts";
import { TimedModel } from "./timed_model.ts";

/** How a throughput was found: every layer there, or two depths and a straight line through them. */
export type ThroughputMethod = "whole step" | "one layer and two";

/** How to measure. */
export interface ThroughputOptions extends StepShape {
  /** A model whose step is planned to need more than this is measured by its layers. */
  readonly memoryBytes: number;
  /** Times each thing is timed, after a first time that compiles; the shortest counts, as a busy machine only adds. 3 unless given. */
  readonly rounds?: number;
}

/** A measured throughput and what belongs to it. */
export interface Throughput extends StepCost {
  /** Of one device that makes the whole update. */
  readonly examplesPerSecond: number;
  /** Forward and backward pass of a micro-batch. */
  readonly microBatchSeconds: number;
  /** One update of the parameters. */
  readonly optimizerSeconds: number;
  /** Effective speed, by the kernels' own count of their arithmetic. */
  readonly gigaflopsPerSecond: number;
  /** How it was found. */
  readonly method: ThroughputMethod;
}

/** Seconds of the two parts of a training step. */
export interface StepTimes {
  /** Forward and backward pass of a micro-batch. */
  readonly microBatch: number;
  /** The update. */
  readonly optimizer: number;
}

/**
 * Times training steps of a model of its real width, on made-up examples of full length.
 *
 * @throws {RangeError} for a model that has to be measured by its layers but has layers of more than one kind.
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

/** The straight line through one layer and two, at `layers`. */
export function alongDepth(one: StepTimes, two: StepTimes, layers: number): StepTimes {
  const at = (first: number, second: number) => first + (layers - 1) * (second - first);
  return {
    microBatch: at(one.microBatch, two.microBatch),
    optimizer: at(one.optimizer, two.optimizer),
  };
}

/**
 * The same model at another depth.
 *
 * @throws {RangeError} when neither all layers share their parameters nor each has its own.
 */
export function withLayers(config: ModelConfig, layers: number): ModelConfig {
  const { numHiddenLayers, numHiddenGroups } = config;
  if (numHiddenLayers === layers) return config;
  if (numHiddenGroups !== 1 && numHiddenGroups !== numHiddenLayers) {
    throw new RangeError(
      `Cannot tell the time of ${numHiddenLayers} layers in ${numHiddenGroups} groups from fewer layers; give it the memory for a whole step`,
    );
  }
  return {
    ...config,
    numHiddenLayers: layers,
    numHiddenGroups: numHiddenGroups === 1 ? 1 : layers,
  };
}

/** Times micro-batches and updates by turns. */
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
