/**
 * Finetuning without files: tasks, batches, the step, predictions.
 *
 * @module
 */
export * from "./batch.ts";
export * from "./evaluate.ts";
export * from "./load_for_task.ts";
export * from "./plan_step.ts";
export * from "./predict_all.ts";
export * from "./review.ts";
export * from "./settings.ts";
export * from "./softmax.ts";
export * from "./step_losses.ts";
export * from "./task.ts";
export * from "./trainer.ts";
