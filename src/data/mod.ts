/**
 * Pretraining data: shards of token ids, and examples as a pure function of them. Nothing here
 * touches files or a device; `disk/` reads and writes the files.
 *
 * @module
 */
export * from "./batch.ts";
export * from "./corpus.ts";
export * from "./example.ts";
export * from "./example_dataset.ts";
export * from "./example_settings.ts";
export * from "./index_file.ts";
export * from "./masking.ts";
export * from "./packing.ts";
export * from "./shard.ts";
export * from "./shard_builder.ts";
export * from "./split.ts";
export * from "./vocabulary.ts";
