/**
 * Synthetic text for benchmarks.
 *
 * @module
 */
import { PieceType, type SentencePieceModel } from "../src/text/mod.ts";

/**
 * Samples text from the unigram model of a vocabulary, so that pieces are as frequent as in its training text. The order of
 * the words is random, and the same in every call.
 *
 * @param model The vocabulary.
 * @param length Number of characters.
 * @returns Lines of about 80 characters.
 */
export function sampleText(model: SentencePieceModel, length: number): string {
  const pieces = model.pieces.filter(({ type }) => type === PieceType.normal);
  const cumulative = new Float64Array(pieces.length);
  let total = 0;
  pieces.forEach(({ score }, i) => cumulative[i] = total += Math.exp(score));
  let state = 1;
  let text = "", line = "";
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    line += pieces[search(cumulative, state / 2 ** 32 * total)].piece.replace("▁", " ");
    if (line.length < 80) continue;
    text += `${line.trim()}\n`;
    line = "";
  }
  return text;
}

/** The first index whose cumulative weight exceeds `target`. */
function search(cumulative: Float64Array, target: number): number {
  let low = 0, high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
