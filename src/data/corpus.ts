/**
 * The documents of all shards as one numbered sequence.
 *
 * @module
 */
import type { Shard } from "./shard.ts";
import type { VocabularyFacts } from "./vocabulary.ts";

/** A run of whole sentences of one document: which shard, and from which token to which. */
export interface TokenRange {
  /** The shard's number. */
  readonly shard: number;
  /** The first token, counted within the shard. */
  readonly start: number;
  /** One past the last token. */
  readonly end: number;
}

/** Where a document lies: its shard, and its sentences there. */
export interface DocumentPlace {
  /** The shard's number. */
  readonly shard: number;
  /** The document's first sentence, counted within the shard. */
  readonly firstSentence: number;
  /** One past its last sentence. */
  readonly endSentence: number;
}

/** Documents in shards, numbered through; so are their sentences. */
export class Corpus {
  /** The shards, in order. */
  readonly shards: readonly Shard[];
  /** What the shards' ids mean. */
  readonly vocabulary: VocabularyFacts;
  /** Names the tokens and borders: equal fingerprints give equal examples. */
  readonly fingerprint: string;
  /** The corpus number of each shard's first document, and the number of documents. */
  readonly #documentBase: number[] = [0];
  /** The corpus number of each shard's first sentence, and the number of sentences. */
  readonly #sentenceBase: number[] = [0];

  /**
   * Joins shards.
   *
   * @param shards The shards, in order.
   * @param vocabulary What their ids mean.
   * @param fingerprint Names the data.
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

  /** How many documents there are. */
  get documentCount(): number {
    return this.#documentBase[this.#documentBase.length - 1];
  }

  /** How many sentences there are. */
  get sentenceCount(): number {
    return this.#sentenceBase[this.#sentenceBase.length - 1];
  }

  /** How many tokens there are. */
  get tokenCount(): number {
    return this.shards.reduce((sum, shard) => sum + shard.tokens.length, 0);
  }

  /**
   * Where a document lies.
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
   * The first 64 bits of a document's SHA-256.
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
   * How many tokens a document has.
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
   * The tokens of a document, as they lie in its shard.
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
   * The corpus number of a shard's sentence.
   *
   * @param shard The shard's number.
   * @param sentence The sentence, counted within the shard.
   * @returns Its number in the corpus.
   */
  sentenceNumber(shard: number, sentence: number): number {
    return this.#sentenceBase[shard] + sentence;
  }

  /**
   * The tokens of some sentences that follow each other in one document.
   *
   * @param sentence The first one's number in the corpus.
   * @param count How many.
   * @returns Where their tokens lie.
   */
  rangeOf(sentence: number, count: number): TokenRange {
    const shard = lastAtMost(this.#sentenceBase, sentence);
    const { sentenceStarts } = this.shards[shard];
    const local = sentence - this.#sentenceBase[shard];
    return { shard, start: sentenceStarts[local], end: sentenceStarts[local + count] };
  }

  /**
   * The document that a sentence belongs to.
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

/** The last place but one of a rising list whose value is at most `value`. */
function lastAtMost(rising: ArrayLike<number>, value: number): number {
  let low = 0, high = rising.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (rising[middle] <= value) low = middle;
    else high = middle;
  }
  return low;
}
