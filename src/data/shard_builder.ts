/**
 * Collects documents into a shard, in memory that grows by doubling.
 *
 * @module
 */
import { GrowingArray } from "./growing_array.ts";
import { type Shard, tokenArrayFor } from "./shard.ts";

/** A document as token ids: one array a sentence, none of them empty. */
export interface TokenizedDocument {
  /** The sentences' ids. */
  readonly sentences: readonly ArrayLike<number>[];
  /** The first 64 bits of the document's SHA-256, lower word first. */
  readonly hash: readonly [number, number];
}

/**
 * Collects documents into one shard after another.
 *
 * @example Two documents
 * ```ts
 * import { ShardBuilder } from "./shard_builder.ts";
 *
 * const builder = new ShardBuilder(100);
 * builder.add({ sentences: [[7, 8], [9]], hash: [1, 2] });
 * builder.add({ sentences: [[10]], hash: [3, 4] });
 * const shard = builder.take();
 * if (shard.tokens.join() !== "7,8,9,10") throw new Error("tokens are lost");
 * if (shard.documentStarts.join() !== "0,2,3") throw new Error("borders are lost");
 * ```
 */
export class ShardBuilder {
  readonly #tokens: GrowingArray<Uint16Array | Uint32Array>;
  readonly #sentenceStarts = new GrowingArray(Uint32Array);
  readonly #documentStarts = new GrowingArray(Uint32Array);
  readonly #documentHashes = new GrowingArray(Uint32Array);

  /**
   * Starts an empty shard.
   *
   * @param vocabularySize How many ids there are; decides between two and four bytes a token.
   */
  constructor(vocabularySize: number) {
    this.#tokens = new GrowingArray<Uint16Array | Uint32Array>(tokenArrayFor(vocabularySize));
    this.#clear();
  }

  /** Tokens collected so far. */
  get tokens(): number {
    return this.#tokens.length;
  }

  /** Sentences collected so far. */
  get sentences(): number {
    return this.#sentenceStarts.length - 1;
  }

  /** Documents collected so far. */
  get documents(): number {
    return this.#documentStarts.length - 1;
  }

  /**
   * Adds a document behind the others.
   *
   * @param document Its sentences; empty ones are left out, a document of none is an error.
   * @throws {RangeError} When it holds no token.
   */
  add(document: TokenizedDocument): void {
    const before = this.#tokens.length;
    for (const sentence of document.sentences) {
      if (sentence.length === 0) continue;
      this.#tokens.append(sentence);
      this.#sentenceStarts.push(this.#tokens.length);
    }
    if (this.#tokens.length === before) throw new RangeError("A document holds no token");
    this.#documentStarts.push(this.#sentenceStarts.length - 1);
    this.#documentHashes.append(document.hash);
  }

  /**
   * Gives what was collected and begins anew.
   *
   * @returns A shard of its own memory.
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
