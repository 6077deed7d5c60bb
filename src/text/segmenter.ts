/**
 * The interface of SentencePiece and WordPiece segmentation, and the options of tokenizers.
 *
 * @module
 */

/** A segmented text. */
export interface Segmentation {
  /** Id of each piece. */
  ids: Int32Array;
  /** Text of each piece; an unknown piece has the text that is unknown. */
  tokens: string[];
  /** `[start, end)` of each piece in UTF-16 units of the original string. */
  offsets: [number, number][];
}

/** Segments text into pieces of a vocabulary. */
export interface Segmenter {
  /** The vocabulary, by id. */
  readonly pieces: readonly string[];
  /** Id of the unknown piece. */
  readonly unknownId: number;
  /** Returns the id of a piece, or undefined if the vocabulary does not contain it. */
  pieceToId(piece: string): number | undefined;
  /** Segments a text into ids only, which is faster. The caller owns the array. */
  encodeIds(text: string): Int32Array;
  /** Returns a text after the cleaning that precedes segmentation; the text itself if the segmenter cleans while it segments. */
  clean(text: string): string;
  /** Segments a text into ids, texts and offsets. */
  segment(text: string): Segmentation;
  /** Converts ids to text. Cleaning and unknown pieces cannot be reversed. */
  decode(ids: ArrayLike<number>): string;
}
