/**
 * Tokenizes documents by sentence.
 *
 * @module
 */
import type { TextDocument } from "./readers/mod.ts";
import { isLowerCased, splitSentences } from "./sentences.ts";
import type { PieceTokenizer } from "./vocabulary.ts";

/** Length of the text for detecting lower-cased documents, in UTF-16 units. */
const SAMPLE_LENGTH = 64 * 1024;

/**
 * Splits a document into sentences and tokenizes them.
 *
 * @param document The document.
 * @param tokenizer The tokenizer.
 * @returns One array per sentence; sentences without tokens are left out.
 */
export function tokenizeDocument(
  document: Pick<TextDocument, "blocks" | "sentences">,
  tokenizer: Pick<PieceTokenizer, "encodeIds">,
): ArrayLike<number>[] {
  const sentences: ArrayLike<number>[] = [];
  for (const sentence of document.sentences ? document.blocks : splitDocument(document.blocks)) {
    const ids = tokenizer.encodeIds(sentence);
    if (ids.length > 0) sentences.push(ids);
  }
  return sentences;
}

/**
 * Splits the paragraphs of a document into sentences.
 *
 * @param paragraphs The paragraphs.
 * @returns The sentences of each paragraph in order.
 */
export function* splitDocument(paragraphs: readonly string[]): Generator<string> {
  let sample = "";
  for (const paragraph of paragraphs) {
    if (sample.length >= SAMPLE_LENGTH) break;
    sample += paragraph.slice(0, SAMPLE_LENGTH) + "\n";
  }
  const lowerCased = isLowerCased(sample);
  for (const paragraph of paragraphs) yield* splitSentences(paragraph, lowerCased);
}
