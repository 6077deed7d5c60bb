/**
 * Batches built while the device computes. Needs Deno's workers.
 *
 * @module
 */
export { stepBatches } from "./batch_workers.ts";
export { type BatchPlan, inlineBatches, type StepBatches, type StepJob } from "./step_batches.ts";
