/**
 * Text for the tokenizer bench where no file is given.
 *
 * @module
 */
import { PieceType, type SentencePieceModel } from "../src/text/mod.ts";

/**
 * Draws text from a vocabulary's own unigram model, so that pieces are as frequent as in the text
 * it was trained on (though their order makes no sense). The same seed gives the same text.
 *
 * @param model The vocabulary.
 * @param length How many characters.
 * @param seed Where the draws start.
 * @returns Lines of about 80 characters.
 */
export function sampleText(model: SentencePieceModel, length: number, seed = 1): string {
  const pieces = model.pieces.filter(({ type }) => type === PieceType.normal);
  const cumulative = new Float64Array(pieces.length);
  let total = 0;
  pieces.forEach(({ score }, i) => cumulative[i] = total += Math.exp(score));
  let state = seed >>> 0;
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

/** First index whose cumulative weight is over `target`. */
function search(cumulative: Float64Array, target: number): number {
  let low = 0, high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
