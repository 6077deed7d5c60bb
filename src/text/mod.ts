/**
 * Tokenizers: vocabularies, cleaning, and the conversion between text and ids. Uses neither a device
 * nor a disk.
 *
 * @module
 */
export {
  ALBERT_CLEANING,
  AlbertCleaner,
  type CleaningOptions,
  NO_CLEANING,
} from "./albert_cleaning.ts";
export type { BertCleaning } from "./bert_characters.ts";
export type { LayoutIds, PairEncoding, PairOptions, Truncation } from "./encoding.ts";
export { type HuggingFaceFiles, withMaxLength } from "./hugging_face_files.ts";
export type { AddedToken } from "./pipeline/added_tokens.ts";
export type { LengthBlocks } from "./pipeline/length_blocks.ts";
export type { TokenizerJson } from "./pipeline/pipeline_segmenter.ts";
export { Normalizer, type NormalizerOptions } from "./normalizer.ts";
export type { Segmentation, Segmenter } from "./segmenter.ts";
export {
  ModelType,
  type NormalizerSpec,
  PieceType,
  type PieceTypeValue,
  readSentencePieceModel,
  type SentencePiece,
  type SentencePieceModel,
  type TrainerSpec,
  type UnknownFields,
  writeSentencePieceModel,
} from "./sentencepiece_model.ts";
export {
  type SamplingOptions,
  type ScoredIds,
  type SentencePieceOptions,
  SentencePieceSegmenter,
} from "./sentencepiece_segmenter.ts";
export {
  ALBERT_SPECIAL_TOKENS,
  BERT_SPECIAL_TOKENS,
  type SpecialIds,
  type SpecialTokens,
} from "./special_tokens.ts";
export { jsonIds, mapLines, tokenizeLines } from "./tokenize_lines.ts";
export { type EncodeOptions, Tokenizer, type TokenizerSnapshot } from "./tokenizer.ts";
export { parseTokenizerConfig } from "./tokenizer_settings.ts";
export {
  readTokenizer,
  tokenizerFromBytes,
  type TokenizerPlace,
  VOCABULARY_FILES,
} from "./tokenizer_files.ts";
export type { TokenizerOptions } from "./tokenizer_options.ts";
export { type WordPieceOptions, WordPieceSegmenter } from "./wordpiece_segmenter.ts";
