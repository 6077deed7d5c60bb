/**
 * Training with files: run folders, checkpoints, model folders. Requires Deno's file access.
 *
 * @module
 */
export * from "./checkpoint.ts";
export type { CheckpointSnapshot, TrainerFile } from "./checkpoint_files.ts";
export { convertFolder, type ConvertOptions, type ConvertReport } from "./convert.ts";
export type { ModelHead } from "./convert_heads.ts";
export * from "./export_onnx.ts";
export * from "./model_folder.ts";
export * from "./run.ts";
export { REPORT_TARGETS, type ReportTarget } from "./run_recorder.ts";
export * from "./train.ts";
export * from "../runs/disk.ts";
