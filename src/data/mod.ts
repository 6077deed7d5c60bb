/**
 * Pretraining data: shards of token ids, and examples as a pure function of them. Uses neither files
 * nor a device; `disk/` reads and writes the files.
 *
 * @module
 */
export * from "./batch.ts";
export * from "./corpus.ts";
export * from "./corpus_from_text.ts";
export type { EpochPlace } from "./epochs.ts";
export * from "./example.ts";
export * from "./example_dataset.ts";
export * from "./example_json.ts";
export * from "./example_settings.ts";
export * from "./example_statistics.ts";
export * from "./index_file.ts";
export * from "./mixture.ts";
export type { LengthHistograms } from "./length_histogram.ts";
export { maskBudget, type MaskedSpan, type MaskingTrace, REPLACEMENT } from "./masking.ts";
export * from "./no_examples.ts";
export { type Packing, type PackingCounts, PAIRING } from "./packing.ts";
export * from "./readers/mod.ts";
export { describeData, describeExamples } from "./report_text.ts";
export { splitSentences } from "./sentences.ts";
export * from "./shard.ts";
export * from "./shard_builder.ts";
export * from "./show_example.ts";
export * from "./source_recipe.ts";
export * from "./split.ts";
export { tokenizeDocument } from "./tokenize_document.ts";
export * from "./uncut_pairs.ts";
export * from "./vocabulary.ts";
