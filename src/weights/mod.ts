/**
 * Weights in files.
 *
 * @module
 */
export * from "./model_files.ts";
export * from "./safetensors.ts";
