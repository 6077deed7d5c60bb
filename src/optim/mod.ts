/**
 * LAMB, AdamW, the schedule and clipping.
 *
 * @module
 */
export * from "./optimizer.ts";
export * from "./schedule.ts";
export type { TensorNorms } from "./tensor_norms.ts";
