/**
 * Prepared data on a disk: making it, and opening it. Needs Deno.
 *
 * @module
 */
export { type CountRequest, countWords } from "./count_words.ts";
export { isParquet, readParquetRows, recordsIn } from "./documents.ts";
export { expandInputs, findReadOnce, openInput, sizeOfInputs, STANDARD_INPUT } from "./inputs.ts";
export * from "./open_shards.ts";
export { prepare, type Prepared, type PrepareOptions, type SavableTokenizer } from "./prepare.ts";
export { type FilePreview, previewFile } from "./preview.ts";
export type { PrepareProgress } from "./tokenize_inputs.ts";
export { readPiece, type TextPiece, textPieces, type TextSettings } from "./vocabulary_text.ts";
