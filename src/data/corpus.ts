/**
 * The documents of all shards as one numbered sequence.
 *
 * @module
 */
import type { Shard } from "./shard.ts";
import type { VocabularyFacts } from "./vocabulary.ts";

/** A range of tokens of a shard: consecutive sentences of one document. */
export interface TokenRange {
  /** Index of the shard. */
  readonly shard: number;
  /** First token, relative to the shard. */
  readonly start: number;
  /** End (exclusive). */
  readonly end: number;
}

/** The location of a document: its shard, and its sentences in the shard. */
export interface DocumentPlace {
  /** Index of the shard. */
  readonly shard: number;
  /** First sentence, relative to the shard. */
  readonly firstSentence: number;
  /** End (exclusive). */
  readonly endSentence: number;
}

/** The documents of several shards. Documents and sentences have numbers in the corpus. */
export class Corpus {
  /** The shards, in order. */
  readonly shards: readonly Shard[];
  /** The vocabulary of the shards. */
  readonly vocabulary: VocabularyFacts;
  /** Identifies the tokens and their boundaries: equal fingerprints give equal examples. */
  readonly fingerprint: string;
  /** Number of each shard's first document, and the number of documents. */
  readonly #documentBase: number[] = [0];
  /** Number of each shard's first sentence, and the number of sentences. */
  readonly #sentenceBase: number[] = [0];

  /**
   * Creates a corpus from shards.
   *
   * @param shards The shards, in order.
   * @param vocabulary Their vocabulary.
   * @param fingerprint Identifies the data.
   */
  constructor(shards: readonly Shard[], vocabulary: VocabularyFacts, fingerprint: string) {
    this.shards = shards;
    this.vocabulary = vocabulary;
    this.fingerprint = fingerprint;
    for (const shard of shards) {
      this.#documentBase.push(this.documentCount + shard.documentStarts.length - 1);
      this.#sentenceBase.push(this.sentenceCount + shard.sentenceStarts.length - 1);
    }
  }

  /** Number of documents. */
  get documentCount(): number {
    return this.#documentBase[this.#documentBase.length - 1];
  }

  /** Number of sentences. */
  get sentenceCount(): number {
    return this.#sentenceBase[this.#sentenceBase.length - 1];
  }

  /** Number of tokens. */
  get tokenCount(): number {
    return this.shards.reduce((sum, shard) => sum + shard.tokens.length, 0);
  }

  /**
   * Returns the location of a document.
   *
   * @param document Its number in the corpus.
   * @returns Its shard and sentences.
   */
  placeOf(document: number): DocumentPlace {
    const shard = lastAtMost(this.#documentBase, document);
    const { documentStarts } = this.shards[shard];
    const local = document - this.#documentBase[shard];
    return {
      shard,
      firstSentence: documentStarts[local],
      endSentence: documentStarts[local + 1],
    };
  }

  /**
   * Returns the first 64 bits of a document's SHA-256 hash.
   *
   * @param document Its number in the corpus.
   * @returns Upper and lower word.
   */
  hashOf(document: number): [upper: number, lower: number] {
    const shard = lastAtMost(this.#documentBase, document);
    const at = 2 * (document - this.#documentBase[shard]);
    const { documentHashes } = this.shards[shard];
    return [documentHashes[at + 1], documentHashes[at]];
  }

  /**
   * Returns the number of tokens of a document.
   *
   * @param document Its number in the corpus.
   * @returns The number.
   */
  lengthOf(document: number): number {
    const { shard, firstSentence, endSentence } = this.placeOf(document);
    const { sentenceStarts } = this.shards[shard];
    return sentenceStarts[endSentence] - sentenceStarts[firstSentence];
  }

  /**
   * Returns the tokens of a document.
   *
   * @param document Its number in the corpus.
   * @returns A view of the shard's tokens.
   */
  tokensOf(document: number): Shard["tokens"] {
    const { shard, firstSentence, endSentence } = this.placeOf(document);
    const { sentenceStarts, tokens } = this.shards[shard];
    return tokens.subarray(sentenceStarts[firstSentence], sentenceStarts[endSentence]);
  }

  /**
   * Returns the number of a shard's sentence in the corpus.
   *
   * @param shard Index of the shard.
   * @param sentence The sentence, relative to the shard.
   * @returns Its number in the corpus.
   */
  sentenceNumber(shard: number, sentence: number): number {
    return this.#sentenceBase[shard] + sentence;
  }

  /**
   * Returns the range of tokens of consecutive sentences of one document.
   *
   * @param sentence Number of the first sentence in the corpus.
   * @param count Number of sentences.
   * @returns The range.
   */
  rangeOf(sentence: number, count: number): TokenRange {
    const shard = lastAtMost(this.#sentenceBase, sentence);
    const { sentenceStarts } = this.shards[shard];
    const local = sentence - this.#sentenceBase[shard];
    return { shard, start: sentenceStarts[local], end: sentenceStarts[local + count] };
  }

  /**
   * Returns the document of a sentence.
   *
   * @param sentence Its number in the corpus.
   * @returns The document's number in the corpus.
   */
  documentOf(sentence: number): number {
    const shard = lastAtMost(this.#sentenceBase, sentence);
    const local = sentence - this.#sentenceBase[shard];
    return this.#documentBase[shard] + lastAtMost(this.shards[shard].documentStarts, local);
  }
}

/** The last index of an ascending list whose value is at most `value`, excluding the last entry. */
function lastAtMost(rising: ArrayLike<number>, value: number): number {
  let low = 0, high = rising.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (rising[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Computes the entropy of the unigram distribution of documents, in nats per piece: the masked-LM loss of a model that ignores the context and knows the frequencies
 * of the pieces. A lower loss shows that the model uses context.
 *
 * @param corpus The text.
 * @param documents Numbers of the documents to count.
 * @returns −Σ p ln p; 0 without text.
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
