/**
 * The paragraph of a run: a few documents with hidden words, the same after every step, so that people can watch the predictions change.
 *
 * @module
 */
import type { Example, Tokenizer } from "@albert-lab/albert";
import { type Prepared, shapeOf } from "./prepare.ts";

/** Rows of the paragraph, and the number of them that are held-out documents if there are any; the others are the first documents of the training text. */
const ROWS = 4, HELD_OUT_ROWS = 2;
/** One word in this number is hidden. */
const GAP = 4;

/** Returns the rows: whole words are hidden, and documents are cut to the length of the training examples, with a separator in the middle if these are pairs. */
export function paragraphExamples(prepared: Prepared): Example[] {
  const { shown, train, tokenizer } = prepared;
  const first = heldOutRows(prepared);
  const documents = [
    ...Array.from(shown).slice(0, first),
    ...Array.from(train).slice(0, ROWS - first),
  ];
  return documents.map((document, row) =>
    hideWords(segmentsOf(prepared, document), tokenizer, row)
  );
}

/** Number of rows, from the first, that the model does not train on. */
export function heldOutRows({ heldOut }: Prepared): number {
  return Math.min(HELD_OUT_ROWS, heldOut);
}

/** The tokens of one or two segments, with both halves of the document's sentences. */
function segmentsOf(prepared: Prepared, document: number): number[][] {
  const { corpus, recipe: { config } } = prepared;
  const { sequenceLength } = shapeOf(prepared);
  const { shard, firstSentence, endSentence } = corpus.placeOf(document);
  const { sentenceStarts, tokens } = corpus.shards[shard];
  const count = endSentence - firstSentence;
  const pair = config.pairObjective !== "none" && count > 1;
  const middle = sentenceStarts[firstSentence + (pair ? Math.ceil(count / 2) : count)];
  const first = Array.from(tokens.subarray(sentenceStarts[firstSentence], middle));
  const second = Array.from(tokens.subarray(middle, sentenceStarts[endSentence]));
  if (!pair) return [first.slice(0, sequenceLength - 2)];
  // A sentence that does not fit is cut, the first one to half of the length if both are long.
  const room = sequenceLength - 3;
  const kept = Math.min(first.length, Math.max(room - second.length, Math.ceil(room / 2)));
  return [first.slice(0, kept), second.slice(0, room - kept)];
}

function hideWords(segments: readonly number[][], tokenizer: Tokenizer, offset: number): Example {
  const { cls, sep, mask } = tokenizer.specialIds;
  const inputIds = [cls];
  const tokenTypeIds = [0];
  const positions: number[] = [];
  const labels: number[] = [];
  let word = offset;
  let hidden = false;
  for (const [segment, ids] of segments.entries()) {
    for (const id of ids) {
      const piece = tokenizer.idToPiece(id);
      const isWord = /\p{L}|\p{N}/u.test(piece);
      if (piece.startsWith("▁") || !isWord) {
        hidden = isWord && word % GAP === GAP - 1;
        if (isWord) word++;
      }
      if (hidden) {
        positions.push(inputIds.length);
        labels.push(id);
      }
      inputIds.push(hidden ? mask : id);
      tokenTypeIds.push(segment);
    }
    inputIds.push(sep);
    tokenTypeIds.push(segment);
  }
  return {
    inputIds: Uint32Array.from(inputIds),
    tokenTypeIds: Uint8Array.from(tokenTypeIds),
    length: inputIds.length,
    maskedPositions: Uint32Array.from(positions),
    maskedLabels: Uint32Array.from(labels),
    pairLabel: -1,
    truncated: false,
  };
}
