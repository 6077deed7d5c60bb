/**
 * Candidate pieces with their log probabilities, in lexicographic order. A piece is a range of a
 * shared symbol text.
 */
export interface Vocabulary {
  /** The text that contains the pieces. */
  readonly text: Int32Array;
  /** Start of each piece in `text`. */
  readonly offsets: Int32Array;
  /** Number of symbols of each piece. */
  readonly lengths: Int32Array;
  /** Natural logarithm of each piece's probability. */
  readonly scores: Float64Array;
}

/** Selects the pieces at `indices` (ascending), optionally with new scores. */
export function selectPieces(
  vocabulary: Vocabulary,
  indices: Int32Array,
  scores?: Float64Array,
): Vocabulary {
  return {
    text: vocabulary.text,
    offsets: indices.map((index) => vocabulary.offsets[index]),
    lengths: indices.map((index) => vocabulary.lengths[index]),
    scores: scores ?? Float64Array.from(indices, (index) => vocabulary.scores[index]),
  };
}

/** Returns the text of piece `index`. */
export function pieceText(
  vocabulary: Vocabulary,
  index: number,
  alphabet: readonly string[],
): string {
  const start = vocabulary.offsets[index];
  let piece = "";
  for (let i = 0; i < vocabulary.lengths[index]; i++) piece += alphabet[vocabulary.text[start + i]];
  return piece;
}

/**
 * Returns the piece that receives the counts of characters without a piece: the most frequent
 * character. In SentencePiece's trainer the unknown id equals the id of its first piece, so this also
 * holds for vocabularies trained with it, such as ALBERT's.
 *
 * @param symbol The most frequent character's symbol.
 * @returns The piece, or −1 if that character has no piece.
 */
export function unknownStandIn({ text, offsets, lengths }: Vocabulary, symbol: number): number {
  return offsets.findIndex((offset, piece) => lengths[piece] === 1 && text[offset] === symbol);
}

/** Score of a character without a piece: 10 below the least likely piece (`kUnkPenalty`). */
export function unknownScore(vocabulary: Vocabulary): number {
  return lowestScore(vocabulary) - 10;
}

/** Score of the least likely piece. */
export function lowestScore(vocabulary: Vocabulary): number {
  let lowest = Infinity;
  for (const score of vocabulary.scores) if (score < lowest) lowest = score;
  return lowest;
}
