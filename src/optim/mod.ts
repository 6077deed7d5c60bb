/**
 * LAMB, AdamW, the schedule and clipping.
 *
 * @module
 */
export * from "./loss_scale.ts";
export * from "./optimizer.ts";
export * from "./schedule.ts";
export type { TensorNorms } from "./tensor_norms.ts";
