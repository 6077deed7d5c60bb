/**
 * Pretraining without files: objective, settings, evaluation. Training on prepared data is in `disk.ts`.
 *
 * @module
 */
export * from "./baselines.ts";
export * from "./default_schedule.ts";
export * from "./evaluate.ts";
export * from "./objective.ts";
export * from "./pair_cues.ts";
export * from "./replaced_tokens.ts";
export * from "./sample_predictions.ts";
export type { SampleMask, SamplePrediction } from "../runs/mod.ts";
export * from "./settings.ts";
