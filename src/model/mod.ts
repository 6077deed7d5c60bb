/**
 * Models: configuration, parameters, encoder, heads, and loading and saving in Hugging Face's format.
 *
 * @module
 */
export * from "./architectures/mod.ts";
export * from "./config.ts";
export * from "./config_json.ts";
export * from "./encoder.ts";
export * from "./fill_mask.ts";
export * from "./freeze.ts";
export * from "./heads/classification.ts";
export * from "./heads/pretraining.ts";
export * from "./heads/replaced_tokens.ts";
export * from "./heads/squad.ts";
export * from "./initialize.ts";
export * from "./load.ts";
export * from "./model_files.ts";
export * from "./parameters.ts";
export * from "./positions.ts";
export * from "./presets.ts";
export * from "./pretraining.ts";
export { sigmoid, softmax, topK } from "./probabilities.ts";
export * from "./sharing.ts";
export * from "./specs.ts";
export * from "./warm_start.ts";
