/**
 * Training without files: tasks, batches, the step, evaluation, settings. What reads and writes folders is in `disk.ts`.
 *
 * @module
 */
export * from "./evaluate.ts";
export * from "./evaluate_task.ts";
export * from "./finetune_settings.ts";
export * from "./finetune_task.ts";
export * from "./finetune_trainer.ts";
export * from "./fitting_examples.ts";
export * from "./load_for_task.ts";
export * from "./metrics.ts";
export * from "./non_finite.ts";
export * from "./plan_finetune_step.ts";
export * from "./plan_step.ts";
export { checkPrecision, halfPrecision, type Precision } from "./precision.ts";
export * from "./predict_all.ts";
export * from "./pretrain_settings.ts";
export * from "./review.ts";
export * from "./sequences.ts";
export * from "./step_ledger.ts";
export * from "./step_losses.ts";
export * from "./trainer.ts";
