/**
 * The lines that a run logs, without file access.
 *
 * @module
 */
export * from "./evaluation_ranking.ts";
export * from "./lines.ts";
