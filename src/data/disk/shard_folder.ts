/**
 * Writes documents to numbered shard files.
 *
 * @module
 */
import { atomicWriteFile, sha256Hex } from "../../files/mod.ts";
import type { ShardEntry } from "../index_file.ts";
import { countLengths, type LengthHistograms } from "../length_histogram.ts";
import { serializeShard } from "../shard.ts";
import { ShardBuilder, type TokenizedDocument } from "../shard_builder.ts";

/** Collects documents, and writes a shard whenever enough tokens have come together. */
export class ShardFolder {
  /** The shards written so far. */
  readonly entries: ShardEntry[];
  readonly #folder: string;
  readonly #shardTokens: number;
  readonly #builder: ShardBuilder;
  readonly #histograms: LengthHistograms;

  /**
   * Begins, or goes on behind shards that were written before.
   *
   * @param folder Where the shards go; it exists.
   * @param vocabularySize How many ids there are.
   * @param shardTokens A shard is written once it holds this many tokens.
   * @param entries The shards written before; the array grows.
   * @param histograms Where lengths are counted.
   */
  constructor(
    folder: string,
    vocabularySize: number,
    shardTokens: number,
    entries: ShardEntry[],
    histograms: LengthHistograms,
  ) {
    this.#folder = folder;
    this.#shardTokens = shardTokens;
    this.#builder = new ShardBuilder(vocabularySize);
    this.entries = entries;
    this.#histograms = histograms;
  }

  /** Tokens that no file holds yet. */
  get pendingTokens(): number {
    return this.#builder.tokens;
  }

  /**
   * Adds a document.
   *
   * @param document Its tokens.
   * @returns Whether a shard was written: then all documents so far are on the disk.
   */
  async add(document: TokenizedDocument): Promise<boolean> {
    this.#builder.add(document);
    if (this.#builder.tokens < this.#shardTokens) return false;
    await this.flush();
    return true;
  }

  /** Writes what was collected, if anything. */
  async flush(): Promise<void> {
    if (this.#builder.documents === 0) return;
    const { documents, sentences, tokens } = this.#builder;
    const shard = this.#builder.take();
    const bytes = serializeShard(shard);
    const file = `shard-${String(this.entries.length).padStart(5, "0")}.bin`;
    await atomicWriteFile(`${this.#folder}/${file}`, bytes);
    countLengths(this.#histograms, shard);
    const sha256 = sha256Hex(bytes);
    this.entries.push({ file, bytes: bytes.length, sha256, documents, sentences, tokens });
  }
}
