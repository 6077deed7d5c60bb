/**
 * The paragraph of a run: a few documents with masked tokens, the same after every step, so that people can watch the predictions change.
 *
 * @module
 */
import type { Corpus, Example, Tokenizer } from "@albert-lab/albert";

/** Rows of the paragraph. If there are fewer documents, each has several rows, in which other words are hidden. */
const ROWS = 4;
/** Words between two masked ones. */
const GAP = 4;

/**
 * Hides whole words of the first documents, one in {@linkcode GAP}.
 *
 * @param length most tokens of a document, with special tokens
 */
export function paragraphExamples(
  corpus: Corpus,
  documents: ArrayLike<number>,
  tokenizer: Tokenizer,
  length: number,
): Example[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const document = documents[row % documents.length];
    const ids = Array.from(corpus.tokensOf(document)).slice(0, length - 2);
    return maskWords(ids, tokenizer, row);
  });
}

function maskWords(ids: readonly number[], tokenizer: Tokenizer, offset: number): Example {
  const { cls, sep, mask } = tokenizer.specialIds;
  const inputIds = Uint32Array.from([cls, ...ids, sep]);
  const positions: number[] = [];
  let word = offset;
  let masked = false;
  for (const [i, id] of ids.entries()) {
    const piece = tokenizer.idToPiece(id);
    const isWord = /\p{L}|\p{N}/u.test(piece);
    if (piece.startsWith("▁") || !isWord) {
      masked = isWord && word % GAP === GAP - 1;
      if (isWord) word++;
    }
    if (masked) positions.push(i + 1);
  }
  const maskedPositions = Uint32Array.from(positions);
  const maskedLabels = maskedPositions.map((position) => inputIds[position]);
  for (const position of positions) inputIds[position] = mask;
  return {
    inputIds,
    tokenTypeIds: new Uint8Array(inputIds.length),
    length: inputIds.length,
    maskedPositions,
    maskedLabels,
    pairLabel: -1,
    truncated: false,
  };
}
