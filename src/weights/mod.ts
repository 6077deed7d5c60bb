/**
 * Weights in files.
 *
 * @module
 */
export * from "./safetensors.ts";
