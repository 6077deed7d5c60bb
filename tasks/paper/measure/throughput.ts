/**
 * Training throughput in examples per second, and relative to another model (the speedup column of the paper's Table 2).
 *
 * A step of a large model may not fit into memory. All layers of these models are equal, so the time of a step is linear in the depth, and is extrapolated
 * from the same model with one layer and with several. The extrapolation includes embeddings, heads and optimizer.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { ModelConfig } from "../../../src/model/mod.ts";
import { type StepCost, stepCost, type StepShape } from "./cost.ts";
import { median } from "../statistics.ts";
import { TimedModel } from "./timed_model.ts";

/** A model whose step requires more bytes is timed by extrapolation. */
export const WHOLE_STEP_BYTES: number = 4 * 2 ** 30;

/** Options of {@linkcode measureThroughput}. */
export interface ThroughputOptions extends StepShape {
  /** Memory for the model; if a step requires more, it is measured by extrapolation. */
  readonly memoryBytes: number;
  /** Number of measurements after a warmup. 3 by default. */
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
  /** What was timed: `whole step`, or the two depths from which the step was extrapolated. */
  readonly method: string;
}

/** A throughput relative to that of a reference model. */
export interface RelativeThroughput extends Throughput {
  /** Examples per second divided by those of the reference. */
  readonly speedup: number;
}

/** Times of the parts of a training step, in seconds. */
export interface StepTimes {
  /** Forward and backward pass of a micro-batch. */
  readonly microBatch: number;
  /** Optimizer update. */
  readonly optimizer: number;
}

/**
 * Times training steps of a model with its full hidden size, on synthetic examples of full length. The shortest times count. A model that does not fit
 * into memory is timed with one layer and with two.
 *
 * @throws {RangeError} If the throughput has to be extrapolated but the model's layers are not all equal.
 */
export async function measureThroughput(
  device: Device,
  config: ModelConfig,
  { memoryBytes, rounds = 3, ...shape }: ThroughputOptions,
): Promise<Throughput> {
  const fits = largestDepth(config, shape, memoryBytes) === config.numHiddenLayers;
  const depths = fits ? [config.numHiddenLayers] : [1, 2];
  return await timeDepths(device, config, shape, depths, rounds);
}

/**
 * Times two models in alternate rounds, because the speed of a machine varies over minutes. The median of the rounds' ratios counts. If one of the models
 * does not fit into memory, both are extrapolated from the same two depths, one layer and as many as fit. One model at a time is in memory.
 *
 * @throws {RangeError} If a throughput has to be extrapolated but the model's layers are not all equal.
 */
export async function measureSpeedup(
  device: Device,
  config: ModelConfig,
  reference: ModelConfig,
  { memoryBytes, rounds = 3, ...shape }: ThroughputOptions,
): Promise<RelativeThroughput> {
  const largest = [config, reference].map((each) => largestDepth(each, shape, memoryBytes));
  const fit = largest[0] === config.numHiddenLayers && largest[1] === reference.numHiddenLayers;
  const common = Math.max(2, Math.min(...largest));
  const time = async (each: ModelConfig) => {
    const layers = each.numHiddenLayers;
    const depths = fit || layers <= common ? [layers] : [1, common];
    return await timeDepths(device, each, shape, depths, 1);
  };
  const own: Throughput[] = [], ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const timed = await time(config), base = await time(reference);
    own.push(timed);
    ratios.push(timed.examplesPerSecond / base.examplesPerSecond);
  }
  own.sort((a, b) => a.examplesPerSecond - b.examplesPerSecond);
  return { ...own[rounds >> 1], speedup: median(ratios) };
}

/** The largest number of layers with which a step fits into memory, at least two of a deeper model. Memory is linear in the depth. */
export function largestDepth(config: ModelConfig, shape: StepShape, memoryBytes: number): number {
  const layers = config.numHiddenLayers;
  const bytes = (count: number) => stepCost(withLayers(config, count), shape).peakBytes;
  if (layers < 3 || bytes(layers) <= memoryBytes) return layers;
  const one = bytes(1), perLayer = bytes(2) - one;
  return Math.max(2, Math.min(layers - 1, 1 + Math.floor((memoryBytes - one) / perLayer)));
}

async function timeDepths(
  device: Device,
  config: ModelConfig,
  shape: StepShape,
  depths: readonly number[],
  rounds: number,
): Promise<Throughput> {
  const timed: StepTimes[] = [];
  for (const depth of depths) {
    timed.push(await timeStep(device, withLayers(config, depth), shape, rounds));
  }
  const [first, second] = timed;
  const times = second === undefined
    ? first
    : alongDepth(first, second, depths[1], config.numHiddenLayers);
  const updates = shape.batchSize / shape.microBatchSize * times.microBatch + times.optimizer;
  const cost = stepCost(config, shape);
  return {
    ...cost,
    examplesPerSecond: shape.batchSize / updates,
    microBatchSeconds: times.microBatch,
    optimizerSeconds: times.optimizer,
    gigaflopsPerSecond: cost.flops / updates / 1e9,
    method: second === undefined ? "whole step" : `${depths[0]} and ${depths[1]} layers`,
  };
}

/** Extrapolates the times of one layer and of `depth` layers linearly to `layers`. */
export function alongDepth(
  one: StepTimes,
  more: StepTimes,
  depth: number,
  layers: number,
): StepTimes {
  const at = (first: number, second: number) =>
    first + (layers - 1) * (second - first) / (depth - 1);
  return {
    microBatch: at(one.microBatch, more.microBatch),
    optimizer: at(one.optimizer, more.optimizer),
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
