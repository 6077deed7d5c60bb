/**
 * Finetuning with files: run folder, checkpoints, predictions. Needs Deno's file access.
 *
 * @module
 */
export * from "./finetune.ts";
export * from "./run.ts";
