/**
 * GLUE's metrics. Nothing here touches a device or a file.
 *
 * @module
 */
export * from "./accuracy.ts";
export * from "./confusion.ts";
export * from "./correlation.ts";
export * from "./f1.ts";
export * from "./glue_score.ts";
export * from "./matthews.ts";
