/**
 * What a finetuning step will need, without running it.
 *
 * @module
 */
import { type DeviceLimits, type PlannedUse, PlanningDevice } from "../device/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import { longestSequence } from "./sequences.ts";
import type { FinetuneSettings } from "./finetune_settings.ts";
import type { FinetuneExample, FinetuneTask } from "./finetune_task.ts";
import { FinetuneTrainer } from "./finetune_trainer.ts";

/**
 * Counts memory and arithmetic of a step that holds `examples` of the task at once: its longest ones.
 *
 * @param limits of the device that is planned for
 * @throws {RangeError} when a tensor is over the limits, naming it.
 */
export function planFinetuneStep<E extends FinetuneExample, O>(
  config: ModelConfig,
  task: FinetuneTask<E, O>,
  settings: FinetuneSettings,
  examples: number,
  limits?: DeviceLimits,
): PlannedUse {
  const device = new PlanningDevice(limits);
  const train = task.train.toSorted((a, b) => longestSequence(b) - longestSequence(a))
    .slice(0, examples);
  const trainer = new FinetuneTrainer(device, config, { ...task, train }, {
    ...settings,
    batchSize: examples,
    microBatchSize: examples,
    shuffle: false,
    loggingSteps: 1,
  });
  trainer.trainStep();
  return device.planned();
}
