/**
 * The optimizers LAMB and AdamW, gradient clipping, loss scaling and the learning-rate schedule.
 *
 * @module
 */
export type { TensorNorms } from "./blocks.ts";
export * from "./loss_scale.ts";
export * from "./optimizer.ts";
export * from "./settings.ts";
