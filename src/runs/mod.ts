/**
 * The lines that a run logs, without file access.
 *
 * @module
 */
export * from "./lines.ts";
