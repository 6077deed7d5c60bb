/**
 * Opens a folder of shards.
 *
 * @module
 */
import { isMissing, lacks, parseSealed, sha256Hex } from "../../files/mod.ts";
import { Corpus } from "../corpus.ts";
import { type DataIndex, INDEX_FILE, parseIndex, type ShardEntry } from "../index_file.ts";
import { parseShard, type Shard, ShardError } from "../shard.ts";

/** An open folder of shards. */
export interface OpenedData {
  /** The folder. */
  readonly folder: string;
  /** The index. */
  readonly index: DataIndex;
  /** The documents. */
  readonly corpus: Corpus;
}

/** Options for opening a folder of shards. */
export interface OpenOptions {
  /**
   * Whether to verify the SHA-256 of each shard; true by default. Can be disabled if another process
   * has just verified the folder; sizes and boundaries are checked in any case.
   */
  readonly verify?: boolean;
}

/**
 * Opens a folder that `prepare` wrote: reads its shards into shared memory, and verifies sizes and
 * checksums.
 *
 * @param folder The folder.
 * @param options Whether to verify checksums.
 * @returns The documents and the index.
 * @throws {ShardError} If the folder is not a finished data folder, or a shard is missing, truncated
 *   or changed; the message names the file.
 */
export async function openShards(folder: string, options: OpenOptions = {}): Promise<OpenedData> {
  const index = await readIndex(folder);
  const shards: Shard[] = [];
  for (const entry of index.shards) {
    const path = `${folder}/${entry.file}`;
    const shard = await readShard(path, entry, options.verify ?? true);
    if (options.verify ?? true) checkIds(path, shard, index.vocabulary.size);
    shards.push(shard);
  }
  return { folder, index, corpus: new Corpus(shards, index.vocabulary, index.fingerprint) };
}

/**
 * Reads the index of a data folder.
 *
 * @param folder The folder.
 * @returns The index.
 * @throws {ShardError} If it is missing or invalid.
 */
export async function readIndex(folder: string): Promise<DataIndex> {
  const path = `${folder}/${INDEX_FILE}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new ShardError(`${lacks(folder, `prepared data (${INDEX_FILE})`)}; run prepare`, {
      cause,
    });
  }
  const index = parseIndex(text, path);
  try {
    parseSealed(text);
  } catch (cause) {
    throw new ShardError(
      `${path} is damaged (${(cause as Error).message}); copy it again or run prepare again`,
      { cause },
    );
  }
  return index;
}

/**
 * Reads the vocabulary files of a data folder.
 *
 * @param data The open folder.
 * @returns Their content by name.
 * @throws {ShardError} If a file is missing or changed; the message names it.
 */
export async function readVocabularyFiles(
  { folder, index }: Pick<OpenedData, "folder" | "index">,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of index.vocabularyFiles) {
    const path = `${folder}/${name}`;
    const bytes = await Deno.readFile(path).catch((cause) => {
      throw new ShardError(`Cannot read ${path}: ${cause.message}; run prepare again`, { cause });
    });
    if (sha256Hex(bytes) !== index.vocabularySums[name]) {
      throw new ShardError(
        `${path} was changed: its SHA-256 does not match ${INDEX_FILE}; copy it again or run prepare again`,
      );
    }
    files.set(name, bytes);
  }
  return files;
}

async function readShard(path: string, entry: ShardEntry, verify: boolean): Promise<Shard> {
  const bytes = await readShared(path, entry);
  if (verify) {
    const found = sha256Hex(bytes);
    if (found !== entry.sha256) {
      throw new ShardError(
        `${path} was changed: its SHA-256 is ${found.slice(0, 12)}…, but ${INDEX_FILE} has ` +
          `${entry.sha256.slice(0, 12)}…; copy it again or run prepare again`,
      );
    }
  }
  const shard = parseShard(bytes, path);
  if (
    shard.tokens.length !== entry.tokens || shard.documentStarts.length - 1 !== entry.documents ||
    shard.sentenceStarts.length - 1 !== entry.sentences
  ) {
    throw new ShardError(`The counts of ${path} do not match ${INDEX_FILE}: run prepare again`);
  }
  return shard;
}

/** Rejects ids outside of the vocabulary, which would read outside of the embeddings. */
function checkIds(path: string, { tokens }: Shard, size: number): void {
  let largest = 0;
  for (const id of tokens) if (id > largest) largest = id;
  if (largest < size) return;
  throw new ShardError(
    `${path} contains the id ${largest}, but the vocabulary in ${INDEX_FILE} has ${size} pieces: run prepare again`,
  );
}

async function readShared(path: string, entry: ShardEntry): Promise<Uint8Array> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new ShardError(`${path} is missing: copy it again or run prepare again`, { cause });
  }
  try {
    const { size } = await file.stat();
    if (size !== entry.bytes) {
      throw new ShardError(
        `${path} has ${size} bytes, but ${INDEX_FILE} has ${entry.bytes}: it was truncated or ` +
          "changed; copy it again or run prepare again",
      );
    }
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    // One read may return less than requested.
    const piece = new Uint8Array(Math.min(size, 1 << 20));
    for (let done = 0; done < size;) {
      const count = await file.read(piece.subarray(0, Math.min(piece.length, size - done)));
      if (count === null) throw new ShardError(`${path} was truncated while it was read`);
      bytes.set(piece.subarray(0, count), done);
      done += count;
    }
    return bytes;
  } finally {
    file.close();
  }
}
