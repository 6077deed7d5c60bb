/**
 * Builds shards in memory.
 *
 * @module
 */
import { GrowingArray } from "./growing_array.ts";
import { type Shard, tokenArrayFor } from "./shard.ts";

/** A document as token ids: one non-empty array per sentence. */
export interface TokenizedDocument {
  /** Ids of each sentence. */
  readonly sentences: readonly ArrayLike<number>[];
  /** First 64 bits of the document's SHA-256 hash, the lower word first. */
  readonly hash: readonly [number, number];
}

/**
 * Builds one shard after another from documents.
 *
 * @example Build a shard of two documents
 * ```ts
 * import { ShardBuilder } from "./shard_builder.ts";
 *
 * const builder = new ShardBuilder(100);
 * builder.add({ sentences: [[7, 8], [9]], hash: [1, 2] });
 * builder.add({ sentences: [[10]], hash: [3, 4] });
 * const shard = builder.take();
 * if (shard.tokens.join() !== "7,8,9,10") throw new Error("tokens");
 * if (shard.documentStarts.join() !== "0,2,3") throw new Error("boundaries");
 * ```
 */
export class ShardBuilder {
  readonly #tokens: GrowingArray<Uint16Array | Uint32Array>;
  readonly #sentenceStarts = new GrowingArray(Uint32Array);
  readonly #documentStarts = new GrowingArray(Uint32Array);
  readonly #documentHashes = new GrowingArray(Uint32Array);

  /**
   * Creates a builder with an empty shard.
   *
   * @param vocabularySize Number of ids, which determines whether tokens have two or four bytes.
   */
  constructor(vocabularySize: number) {
    this.#tokens = new GrowingArray<Uint16Array | Uint32Array>(tokenArrayFor(vocabularySize));
    this.#clear();
  }

  /** Number of tokens in the current shard. */
  get tokens(): number {
    return this.#tokens.length;
  }

  /** Number of sentences in the current shard. */
  get sentences(): number {
    return this.#sentenceStarts.length - 1;
  }

  /** Number of documents in the current shard. */
  get documents(): number {
    return this.#documentStarts.length - 1;
  }

  /**
   * Appends a document.
   *
   * @param document The document. Empty sentences are skipped.
   * @throws {RangeError} If the document has no tokens.
   */
  add(document: TokenizedDocument): void {
    const before = this.#tokens.length;
    for (const sentence of document.sentences) {
      if (sentence.length === 0) continue;
      this.#tokens.append(sentence);
      this.#sentenceStarts.push(this.#tokens.length);
    }
    if (this.#tokens.length === before) throw new RangeError("A document has no tokens");
    this.#documentStarts.push(this.#sentenceStarts.length - 1);
    this.#documentHashes.append(document.hash);
  }

  /**
   * Returns the current shard, in its own memory, and starts an empty one.
   */
  take(): Shard {
    const shard: Shard = {
      tokens: this.#tokens.copy(),
      sentenceStarts: this.#sentenceStarts.copy(),
      documentStarts: this.#documentStarts.copy(),
      documentHashes: this.#documentHashes.copy(),
    };
    this.#clear();
    return shard;
  }

  #clear(): void {
    this.#tokens.clear();
    this.#documentHashes.clear();
    for (const starts of [this.#sentenceStarts, this.#documentStarts]) {
      starts.clear();
      starts.push(0);
    }
  }
}
