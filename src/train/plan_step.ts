/**
 * Memory and arithmetic of a training step, planned without running it, and the largest micro-batch that fits a device.
 *
 * @module
 */
import {
  type Device,
  type DeviceLimits,
  type MemoryUse,
  type OnPlannedRun,
  type PlannedUse,
  PlanningDevice,
} from "../device/mod.ts";
import { formatBytes } from "../json/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../optim/mod.ts";
import type { Objective, TaskBatch } from "./task.ts";
import { Trainer, type TrainerSettings } from "./trainer.ts";

/** Options of {@linkcode planStep}. */
export interface StepPlanOptions
  extends Partial<Pick<TrainerSettings, "optimizer" | "precision" | "recompute">> {
  /** Limits of the device to plan for; none if absent. */
  readonly limits?: DeviceLimits;
  /** Receives every kernel run. */
  readonly onRun?: OnPlannedRun;
}

/**
 * Plans the memory (parameters, gradients, moments and the pool of temporaries; the texture copies of operands on software adapters are not included) and the
 * arithmetic of a step of one micro-batch.
 *
 * @throws {RangeError} if a tensor exceeds the limits, with the name of the tensor.
 */
export function planStep<B extends TaskBatch>(
  config: ModelConfig,
  objective: Objective<B>,
  batch: B,
  { limits, onRun, optimizer = OPTIMIZER_DEFAULTS, precision, recompute }: StepPlanOptions = {},
): PlannedUse {
  const device = new PlanningDevice(limits, onRun);
  const trainer = new Trainer(device, config, objective, {
    seed: 0,
    schedule: { peakLearningRate: 1, warmupSteps: 0, totalSteps: 1 },
    loggingSteps: 1,
    optimizer,
    precision,
    recompute,
  });
  trainer.trainStep([batch]);
  return device.planned();
}

/**
 * Returns the largest of `most`, half of it, a quarter … whose step fits the device's memory. The result depends on the device and the step only.
 *
 * @param most number of examples of a whole batch
 * @param plan returns the memory of a step with this number of examples per micro-batch; a {@linkcode RangeError} means that a tensor exceeds the limits
 * @param ranks number of processes that share the memory
 * @throws {RangeError} if not even one example fits.
 */
export async function fittingExamples(
  device: Device,
  most: number,
  plan: (examples: number, limits: DeviceLimits) => MemoryUse,
  ranks: number = 1,
): Promise<number> {
  for (let examples = most;; examples = Math.ceil(examples / 2)) {
    const bytes = plannedBytes(() => plan(examples, device.limits));
    if (bytes !== null && await device.canHold(ranks * bytes)) return examples;
    if (examples > 1) continue;
    const needed = bytes === null ? "a tensor over its limits" : formatBytes(ranks * bytes);
    throw new RangeError(
      `Not even one example fits ${device.description.adapter}: it needs ${needed}; use shorter sequences, --recompute layers or a smaller model`,
    );
  }
}

function plannedBytes(plan: () => MemoryUse): number | null {
  try {
    return plan().peakBytes;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
