/**
 * Weight files: safetensors, and the weights of a Hugging Face folder.
 *
 * @module
 */
export * from "./model_files.ts";
export * from "./safetensors.ts";
