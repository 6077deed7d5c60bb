/**
 * How a tokenizer is made from a file.
 *
 * @module
 */

/** Settings that a vocabulary file leaves open, or that shall differ from what it says. */
export interface TokenizerOptions {
  /**
   * SentencePiece only: leave the text as it is, without ALBERT's clean-up and without its rule
   * for numbers. False if absent.
   */
  raw?: boolean;
  /** Lower case; what the file says, or else true for SentencePiece, if absent. */
  lowerCase?: boolean;
  /** Drop accents; what the file says, or else true, if absent (WordPiece: as `lowerCase`). */
  stripAccents?: boolean;
  /** Name of the file for error messages. */
  source?: string;
}
