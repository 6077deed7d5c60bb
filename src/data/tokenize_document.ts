/**
 * From a document's text to token ids, sentence by sentence.
 *
 * @module
 */
import type { TextDocument } from "./readers/mod.ts";
import { splitSentences } from "./sentences.ts";
import type { PieceTokenizer } from "./vocabulary.ts";

/**
 * Cuts a document into sentences and these into tokens.
 *
 * @param document The document.
 * @param tokenizer Gives the ids.
 * @returns One array a sentence; sentences without tokens are left out.
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
