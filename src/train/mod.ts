/**
 * Training without files: tasks, the step, settings, evaluation and fine-tuning. What reads and writes folders is in `disk.ts`.
 *
 * @module
 */
export { encoderParts, headsOf, type ModelHead } from "./convert_heads.ts";
export * from "./evaluate.ts";
export * from "./finetune_task.ts";
export * from "./finetuning.ts";
export * from "./load_for_task.ts";
export * from "./metrics.ts";
export * from "./model_card.ts";
export * from "./non_finite.ts";
export * from "./plan_step.ts";
export { checkPrecision, halfPrecision, type Precision } from "./precision.ts";
export * from "./review.ts";
export * from "./sequences.ts";
export * from "./settings.ts";
export * from "./task.ts";
export * from "./trainer.ts";
