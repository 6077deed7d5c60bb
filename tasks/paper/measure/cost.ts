/**
 * Predicted cost of training: arithmetic and memory from a recording on the planning device, hours from a measured speed.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";
import { planPretrainingStep } from "../../../src/pretraining/mod.ts";

/** The sizes of a training step. */
export interface StepShape {
  /** Examples per update. */
  readonly batchSize: number;
  /** Examples per forward and backward pass. */
  readonly microBatchSize: number;
  /** Tokens per example. */
  readonly sequenceLength: number;
  /** Masked tokens per example. */
  readonly maxPredictions: number;
}

/** The cost of a training step. */
export interface StepCost {
  /** Floating-point operations of an update: all micro-batches and the optimizer. */
  readonly flops: number;
  /** Floating-point operations per example. */
  readonly flopsPerExample: number;
  /** Peak memory: parameters, gradients, moments and the temporary buffers of a micro-batch. */
  readonly peakBytes: number;
  /** Number of trainable parameters, including heads. */
  readonly parameters: number;
  /** Bytes all-reduced per update: four per parameter. */
  readonly gradientBytes: number;
}

/** Bytes per gradient. */
const GRADIENT = 4;

/**
 * Plans one update on the planning device. Examples do not interact, so the operations are linear in their number (except for sorting the embedding's
 * gradient), and two small recordings determine those of any batch size.
 *
 * @throws {RangeError} If a tensor exceeds the limits; the message names it.
 */
export function stepCost(config: ModelConfig, shape: StepShape): StepCost {
  const { batchSize, microBatchSize, sequenceLength, maxPredictions } = shape;
  const plan = (examples: number) =>
    planPretrainingStep(config, examples, sequenceLength, maxPredictions);
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

/** Hours for some floating-point operations at a measured speed. Measure the speed on steps of similar size: small matmuls run far below a device's peak. */
export function hoursFor(flops: number, gigaflopsPerSecond: number): number {
  return flops / (gigaflopsPerSecond * 1e9) / 3600;
}

/** Bytes on disk of a checkpoint: values, and two moments if training can resume from it. */
export function checkpointBytes(
  parameters: number,
  { moments }: { readonly moments: boolean },
): number {
  return 4 * parameters * (moments ? 3 : 1);
}
