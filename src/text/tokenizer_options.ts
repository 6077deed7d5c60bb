/**
 * Options for loading a tokenizer.
 *
 * @module
 */
import { ALBERT_CLEANING, type CleaningOptions } from "./albert_cleaning.ts";
import type { AddedToken } from "./pipeline/added_tokens.ts";
import type { LengthBlocks } from "./pipeline/length_blocks.ts";
import type { SpecialTokens } from "./special_tokens.ts";

/** Settings that a vocabulary file does not contain, or that override it. */
export interface TokenizerOptions {
  /**
   * SentencePiece only: disables ALBERT's cleaning and its rule for numbers. Default: false.
   */
  raw?: boolean;
  /** Whether to lower-case. Default: the file's setting, or else true for SentencePiece. */
  lowerCase?: boolean;
  /** Whether to remove accents. Default: the file's setting, or else true (WordPiece: same as `lowerCase`). */
  stripAccents?: boolean;
  /** WordPiece only: whether every Chinese character is a word. Default: the file's setting, or true. */
  splitChinese?: boolean;
  /** SentencePiece only: whether to fold white space. Default: true. */
  foldWhitespace?: boolean;
  /** Names of the special pieces. Default: those of ALBERT or BERT. */
  specialTokens?: Partial<SpecialTokens>;
  /** Tokens beyond those of the file, found in text before segmentation. */
  addedTokens?: readonly AddedToken[];
  /**
   * Whether to use the layout `[CLS] A [SEP]` if a `tokenizer.json` has no post-processor. Default:
   * false, so `encodePair` throws an error.
   */
  defaultLayout?: boolean;
  /** Truncation and padding of a `tokenizer.json` next to a SentencePiece model. */
  lengths?: LengthBlocks;
  /** Name of the file for error messages. */
  source?: string;
}

/** Returns the cleaning before a SentencePiece model; ALBERT's by default. */
export function albertCleaning(options: TokenizerOptions): CleaningOptions {
  return {
    ...ALBERT_CLEANING,
    lowerCase: options.lowerCase ?? true,
    stripAccents: options.stripAccents ?? true,
    foldWhitespace: options.foldWhitespace ?? true,
  };
}
