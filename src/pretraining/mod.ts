/**
 * Pretraining without files: objective, settings, evaluation. Training on prepared data is in `disk.ts`.
 *
 * @module
 */
export * from "./default_schedule.ts";
export * from "./evaluate.ts";
export * from "./objective.ts";
export * from "./replaced_tokens.ts";
export * from "./settings.ts";
