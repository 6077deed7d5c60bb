/**
 * The paragraph of a run: a few documents with masked tokens, the same after every step, so that people can watch the predictions change.
 *
 * @module
 */
import type { Corpus, Example, Tokenizer } from "@albert-lab/albert";

/** Documents of the paragraph. */
const DOCUMENTS = 3;
/** Words between two masked ones. */
const GAP = 5;

/**
 * Masks whole words of the first documents, one in {@linkcode GAP}.
 *
 * @param length most tokens of a document, with special tokens
 */
export function paragraphExamples(
  corpus: Corpus,
  documents: ArrayLike<number>,
  tokenizer: Tokenizer,
  length: number,
): Example[] {
  return Array.from({ length: Math.min(DOCUMENTS, documents.length) }, (_, i) => {
    const ids = Array.from(corpus.tokensOf(documents[i])).slice(0, length - 2);
    return maskWords(ids, tokenizer, i);
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
