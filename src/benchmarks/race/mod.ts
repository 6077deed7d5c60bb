/**
 * RACE: files, sequences, metric, predictions.
 *
 * @module
 */
export * from "./features.ts";
export * from "./metric/mod.ts";
export * from "./predictions.ts";
export * from "./reader.ts";
export * from "./task.ts";
