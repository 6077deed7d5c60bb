/**
 * Training with files: run folders, checkpoints, model folders. Needs Deno's file access.
 *
 * @module
 */
export * from "./checkpoint.ts";
export * from "./convert.ts";
export * from "./finetune.ts";
export * from "./finetune_run.ts";
export * from "./load_tensors.ts";
export * from "./model_folder.ts";
export * from "./pretrain.ts";
export * from "./pretrain_run.ts";
export * from "../runs/disk.ts";
