/**
 * RACE: files, sequences, the fine-tuning task, metrics and predictions.
 *
 * @module
 */
export * from "./features.ts";
export * from "./metrics.ts";
export * from "./predictions.ts";
export * from "./reader.ts";
export * from "./task.ts";
