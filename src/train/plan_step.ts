/**
 * What a pretraining step of a configuration will need, without running it.
 *
 * @module
 */
import {
  type DeviceLimits,
  type OnPlannedRun,
  type PlannedUse,
  PlanningDevice,
} from "../device/mod.ts";
import { countParameters, encoderSpecs, type ModelConfig, pretrainingSpecs } from "../model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../optim/mod.ts";
import type { Recompute } from "../tensor/mod.ts";
import type { Precision } from "./precision.ts";
import { PretrainingTrainer } from "./trainer.ts";

/** What is planned beside a configuration. */
export interface StepPlanOptions {
  /** Of the device that is planned for; none where absent. */
  readonly limits?: DeviceLimits;
  /** What is computed again in backward; nothing where absent. */
  readonly recompute?: Recompute;
  /** Of matrix products; f32 where absent. */
  readonly precision?: Precision;
  /** Told of every kernel run. */
  readonly onRun?: OnPlannedRun;
}

/** A configuration, counted and planned. */
export interface StepPlan extends PlannedUse {
  /** Parameters of the encoder with pooler. */
  readonly encoderParameters: number;
  /** With the pretraining heads. */
  readonly pretrainingParameters: number;
  /** Examples held at once. */
  readonly batchSize: number;
  /** Tokens of each. */
  readonly sequenceLength: number;
}

/**
 * Counts parameters, memory (parameters, gradients, moments and the pool of temporaries; operand copies of CPU adapters not included) and arithmetic of one step
 * whose batch is held at once.
 *
 * @param maxPredictions masked tokens of an example
 * @throws {RangeError} when a tensor is over the limits, naming it.
 */
export function planStep(
  config: ModelConfig,
  batchSize: number,
  sequenceLength: number,
  maxPredictions: number,
  { limits, recompute, precision, onRun }: StepPlanOptions = {},
): StepPlan {
  const device = new PlanningDevice(limits, onRun);
  const trainer = new PretrainingTrainer(device, config, {
    schedule: { peakLearningRate: 1, warmupSteps: 0, totalSteps: 1 },
    optimizer: OPTIMIZER_DEFAULTS,
    batchSize,
    microBatchSize: batchSize,
    recompute,
    precision,
    seed: 0,
    logSlots: 1,
  });
  const maskedPositions = Uint32Array.from({ length: maxPredictions }, (_, i) => i + 1);
  trainer.trainStep({
    exampleAt: () => ({
      // Distinct words, so that the embedding's gradient takes the most memory it can.
      inputIds: Uint32Array.from({ length: sequenceLength }, (_, i) => i % config.vocabSize),
      tokenTypeIds: new Uint8Array(sequenceLength),
      length: sequenceLength,
      maskedPositions,
      maskedLabels: new Uint32Array(maxPredictions),
      pairLabel: 0,
      truncated: false,
    }),
  }, { sequenceLength, maxPredictions, padId: config.padTokenId });
  return {
    ...device.planned(),
    encoderParameters: countParameters(encoderSpecs(config)),
    pretrainingParameters: countParameters(pretrainingSpecs(config)),
    batchSize,
    sequenceLength,
  };
}
