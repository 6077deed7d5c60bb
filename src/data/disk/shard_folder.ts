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

/** Collects documents, and writes a shard when it has enough tokens. */
export class ShardFolder {
  /** The shards written so far. */
  readonly entries: ShardEntry[];
  readonly #folder: string;
  readonly #shardTokens: number;
  readonly #builder: ShardBuilder;
  readonly #histograms: LengthHistograms;

  /**
   * Creates a writer, which continues after shards that were written before.
   *
   * @param folder An existing folder.
   * @param vocabularySize Number of ids.
   * @param shardTokens Minimum number of tokens per shard.
   * @param entries The shards written before; new ones are appended.
   * @param histograms Counts the lengths.
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

  /**
   * Adds a document.
   *
   * @param document The document.
   * @returns Whether a shard was written, so that all documents so far are on the disk.
   */
  async add(document: TokenizedDocument): Promise<boolean> {
    this.#builder.add(document);
    if (this.#builder.tokens < this.#shardTokens) return false;
    await this.flush();
    return true;
  }

  /** Writes the current shard, unless it is empty. */
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
