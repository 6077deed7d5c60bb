/**
 * Token classification: tagged words, span metrics, and the task.
 *
 * @module
 */
export * from "./metric.ts";
export * from "./reader.ts";
export * from "./task.ts";
