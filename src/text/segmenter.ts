/**
 * What a tokenizer needs from the part that cuts text: SentencePiece and WordPiece both give it.
 *
 * @module
 */

/** Text cut into pieces. */
export interface Segmentation {
  /** Id of each piece. */
  ids: Int32Array;
  /** Text of each piece, as cut: an unknown piece shows the characters that were unknown. */
  tokens: string[];
  /** `[start, end)` of each piece in UTF-16 units of the original string. */
  offsets: [number, number][];
}

/** Cuts text into pieces of a vocabulary. */
export interface Segmenter {
  /** The vocabulary in order of id. */
  readonly pieces: readonly string[];
  /** Id of the piece that stands for everything unknown. */
  readonly unknownId: number;
  /** Id of a piece, or undefined if the vocabulary lacks it. */
  pieceToId(piece: string): number | undefined;
  /** Ids alone, the fast path. The array is the caller's to keep. */
  encodeIds(text: string): Int32Array;
  /** Ids, texts and offsets. */
  segment(text: string): Segmentation;
  /** The text that ids stand for, as far as it can be told. */
  decode(ids: ArrayLike<number>): string;
}
