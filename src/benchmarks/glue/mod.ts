/**
 * GLUE: files, tasks, metrics, predictions.
 *
 * @module
 */
export * from "./label_order.ts";
export * from "./metric/mod.ts";
export * from "./reader.ts";
export * from "./recipes.ts";
export * from "./submission.ts";
export * from "./submission_zip.ts";
export * from "./task.ts";
export * from "./tasks.ts";
export * from "./text_task.ts";
