/**
 * Tokenizes documents by sentence.
 *
 * @module
 */
import type { TextDocument } from "./readers/mod.ts";
import { splitSentences } from "./sentences.ts";
import type { PieceTokenizer } from "./vocabulary.ts";

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
  for (const block of document.blocks) {
    for (const sentence of document.sentences ? [block] : splitSentences(block)) {
      const ids = tokenizer.encodeIds(sentence);
      if (ids.length > 0) sentences.push(ids);
    }
  }
  return sentences;
}
