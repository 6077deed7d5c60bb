/**
 * How a tokenizer is made from a file.
 *
 * @module
 */
import type { AddedToken } from "./pipeline/added_tokens.ts";
import type { SpecialTokens } from "./special_tokens.ts";

/** Settings that a vocabulary file leaves open, or that replace what it says. */
export interface TokenizerOptions {
  /**
   * SentencePiece only: leave the text as it is, without ALBERT's clean-up and without its rule
   * for numbers. False by default.
   */
  raw?: boolean;
  /** Lower case. By default what the file says, or else true for SentencePiece. */
  lowerCase?: boolean;
  /** Drop accents. By default what the file says, or else true (WordPiece: as `lowerCase`). */
  stripAccents?: boolean;
  /** WordPiece only: make every Chinese character a word. By default what the file says, or true. */
  splitChinese?: boolean;
  /** SentencePiece only: fold white space. True by default. */
  foldWhitespace?: boolean;
  /** Names of the special pieces. By default ALBERT's or BERT's. */
  specialTokens?: Partial<SpecialTokens>;
  /** Tokens beyond those of the file, found in text before it is cut into pieces. */
  addedTokens?: readonly AddedToken[];
  /**
   * Whether texts are laid out as `[CLS] A [SEP]` if a `tokenizer.json` has no post-processor.
   * False by default: then `encodePair` is rejected.
   */
  defaultLayout?: boolean;
  /** Name of the file for error messages. */
  source?: string;
}
