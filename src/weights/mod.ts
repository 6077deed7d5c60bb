/**
 * Weight files: safetensors, the weights of a Hugging Face folder, and the model that comes with the package.
 *
 * @module
 */
export { toHalf } from "./half.ts";
export { HubError } from "./hub/errors.ts";
export { type HubModel, parseHubName } from "./hub/model_name.ts";
export * from "./model_files.ts";
export * from "./remote_files.ts";
export * from "./safetensors.ts";
export * from "./shipped/mod.ts";
