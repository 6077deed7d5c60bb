/**
 * Training without files: step, evaluation, settings. What reads and writes folders is in `disk.ts`.
 *
 * @module
 */
export * from "./evaluate.ts";
export * from "./fitting_examples.ts";
export * from "./metrics.ts";
export * from "./non_finite.ts";
export * from "./plan_step.ts";
export { checkPrecision, halfPrecision, type Precision } from "./precision.ts";
export * from "./pretrain_settings.ts";
export * from "./step_ledger.ts";
export * from "./trainer.ts";
