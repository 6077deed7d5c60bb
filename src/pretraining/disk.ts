/**
 * Pretraining on prepared data as a task of the training loop. Requires Deno's file access and workers.
 *
 * @module
 */
export type { DataSource, PhaseData } from "./phases.ts";
export * from "./task.ts";
