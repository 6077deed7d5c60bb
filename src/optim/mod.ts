/**
 * LAMB, AdamW, the schedule and clipping.
 *
 * @module
 */
export * from "./optimizer.ts";
export * from "./schedule.ts";
