/**
 * Options for loading a tokenizer.
 *
 * @module
 */
import type { AddedToken } from "./pipeline/added_tokens.ts";
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
  /** Name of the file for error messages. */
  source?: string;
}
