/**
 * What a training run costs, without running it: arithmetic and memory from a recording on the planning device, hours from a measured speed.
 *
 * @module
 */
import type { DeviceLimits } from "../../../src/device/mod.ts";
import type { ModelConfig } from "../../../src/model/mod.ts";
import { planStep } from "../../../src/train/mod.ts";

/** The sizes of a training step. */
export interface StepShape {
  /** Examples of an update. */
  readonly batchSize: number;
  /** Examples that the device holds at once. */
  readonly microBatchSize: number;
  /** Tokens of an example. */
  readonly sequenceLength: number;
  /** Masked tokens of an example. */
  readonly maxPredictions: number;
}

/** What a training step needs. */
export interface StepCost {
  /** Floating-point operations of an update: all its micro-batches and the optimizer. */
  readonly flops: number;
  /** Of that, each example's share. */
  readonly flopsPerExample: number;
  /** Largest memory: parameters, gradients, moments and the temporaries of a micro-batch. */
  readonly peakBytes: number;
  /** Trainable parameters, heads included. */
  readonly parameters: number;
  /** What an update sums over ranks: four bytes a parameter. */
  readonly gradientBytes: number;
}

/** Bytes of a gradient. */
const GRADIENT = 4;

/**
 * Plans one update. Nothing in the model looks across examples, so that arithmetic grows evenly with them (but for the sorting of the embedding's gradient) and two small
 * recordings give that of any batch.
 *
 * @param limits of the device that is planned for
 * @throws {RangeError} when a tensor is over the limits, naming it.
 */
export function stepCost(config: ModelConfig, shape: StepShape, limits?: DeviceLimits): StepCost {
  const { batchSize, microBatchSize, sequenceLength, maxPredictions } = shape;
  const plan = (examples: number) =>
    planStep(config, examples, sequenceLength, maxPredictions, { limits });
  const [one, two, held] = [plan(1), plan(2), plan(Math.min(microBatchSize, batchSize))];
  const flopsPerExample = two.flops - one.flops;
  return {
    flops: one.flops + (batchSize - 1) * flopsPerExample,
    flopsPerExample,
    peakBytes: held.peakBytes,
    parameters: held.pretrainingParameters,
    gradientBytes: GRADIENT * held.pretrainingParameters,
  };
}

/** Hours of so much arithmetic at a measured speed. The speed must be that of whole steps of about this size: small products run far below a device's best. */
export function hoursFor(flops: number, gigaflopsPerSecond: number): number {
  return flops / (gigaflopsPerSecond * 1e9) / 3600;
}

/** Bytes on disk of a checkpoint from which training goes on: values and two moments; without moments for one that is only used. */
export function checkpointBytes(
  parameters: number,
  { moments }: { readonly moments: boolean },
): number {
  return 4 * parameters * (moments ? 3 : 1);
}
