/**
 * How well a model can do that knows only how frequent each piece is.
 *
 * @module
 */
import type { Corpus } from "./corpus.ts";

/**
 * Entropy of the distribution of single pieces in some documents, in nats a piece: the masked language loss of a model that ignores
 * context and knows these documents' own frequencies. A loss below it shows that context is used.
 *
 * @param corpus The text.
 * @param documents Numbers of the documents that count.
 * @returns −Σ p ln p, 0 for no text.
 */
export function unigramEntropy(corpus: Corpus, documents: Iterable<number>): number {
  const counts = new Float64Array(corpus.vocabulary.size);
  let total = 0;
  for (const document of documents) {
    for (const id of corpus.tokensOf(document)) {
      counts[id]++;
      total++;
    }
  }
  let entropy = 0;
  for (const count of counts) {
    if (count > 0) entropy -= (count / total) * Math.log(count / total);
  }
  return entropy;
}
