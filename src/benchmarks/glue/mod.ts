/**
 * GLUE: files, tasks, metrics and predictions, and text classification with the same file format.
 *
 * @module
 */
export * from "./metrics.ts";
export * from "./reader.ts";
export * from "./recipes.ts";
export * from "./submission.ts";
export * from "./task.ts";
export * from "./tasks.ts";
export * from "./text_results.ts";
export * from "./text_task.ts";
