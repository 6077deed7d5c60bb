/**
 * The model: configuration, parameters, encoder and heads.
 *
 * @module
 */
export * from "./albert.ts";
export * from "./config.ts";
export * from "./config_json.ts";
export * from "./encoder.ts";
export * from "./fill_mask.ts";
export * from "./heads/classification.ts";
export * from "./heads/masked_language.ts";
export * from "./heads/pair.ts";
export * from "./heads/squad.ts";
export * from "./initialize.ts";
export * from "./load.ts";
export * from "./match_tensors.ts";
export * from "./model_files.ts";
export * from "./names.ts";
export * from "./parameter.ts";
export * from "./parameters.ts";
export * from "./presets.ts";
export * from "./pretraining.ts";
export * from "./read_local_file.ts";
export * from "./sharing.ts";
export * from "./specs.ts";
export * from "./warm_start.ts";
