/**
 * Shards: the token ids of documents, with the boundaries of sentences and documents.
 *
 * All numbers are little-endian. A header of eight 32-bit words (the eight letters `ALBSHARD`, then
 * version, bytes per token, documents, sentences, tokens, 0) is followed by the hashes of the documents
 * (two words each), the first sentence of each document and the number of sentences, the first token of
 * each sentence and the number of tokens, and the token ids in two or four bytes.
 *
 * @module
 */

/** The error for a shard or an index that is truncated, changed or invalid. The message names the file. */
export class ShardError extends Error {
  /** Distinguishes the error without `instanceof`. */
  override readonly name = "ShardError";
}

/** Token ids of a shard: two bytes per id if the vocabulary is small enough. */
export type TokenArray = Uint16Array | Uint32Array;

/** A shard in memory. The arrays are views of its bytes. */
export interface Shard {
  /** All token ids. */
  readonly tokens: TokenArray;
  /** Start of each sentence in `tokens`, and the number of tokens. */
  readonly sentenceStarts: Uint32Array;
  /** First sentence of each document, and the number of sentences. */
  readonly documentStarts: Uint32Array;
  /** First 64 bits of each document's SHA-256 hash, the lower word first. */
  readonly documentHashes: Uint32Array;
}

const MAGIC = "ALBSHARD";
const VERSION = 1;
const HEADER_BYTES = 32;

/** Returns the array type for ids of a vocabulary. */
export function tokenArrayFor(vocabularySize: number): typeof Uint16Array | typeof Uint32Array {
  return vocabularySize <= 0x10000 ? Uint16Array : Uint32Array;
}

/**
 * Parses a shard without copying it.
 *
 * @param bytes The file, aligned to four bytes in its buffer.
 * @param name Name of the file for error messages.
 * @returns The shard, as views of `bytes`.
 * @throws {ShardError} If the file is not a shard, or is truncated or inconsistent.
 */
export function parseShard(bytes: Uint8Array, name: string): Shard {
  const letters = new TextDecoder("latin1").decode(bytes.slice(0, MAGIC.length));
  if (letters !== MAGIC) throw new ShardError(`${name} is not a shard of token ids`);
  if (bytes.length < HEADER_BYTES) throw truncated(name, bytes.length, HEADER_BYTES);
  const [version, tokenBytes, documents, sentences, tokens] = new Uint32Array(
    bytes.buffer,
    bytes.byteOffset + MAGIC.length,
    5,
  );
  if (version !== VERSION || (tokenBytes !== 2 && tokenBytes !== 4)) {
    throw new ShardError(
      `${name} is a shard of version ${version} with ${tokenBytes} bytes per token, ` +
        `expected version ${VERSION} with 2 or 4: run prepare again`,
    );
  }
  const words = 2 * documents + (documents + 1) + (sentences + 1);
  const expected = HEADER_BYTES + 4 * words + tokenBytes * tokens;
  if (bytes.length !== expected) throw truncated(name, bytes.length, expected);
  let offset = bytes.byteOffset + HEADER_BYTES;
  const next = (length: number): Uint32Array => {
    const array = new Uint32Array(bytes.buffer, offset, length);
    offset += 4 * length;
    return array;
  };
  const documentHashes = next(2 * documents);
  const documentStarts = next(documents + 1);
  const sentenceStarts = next(sentences + 1);
  checkBoundaries(documentStarts, sentences, `documents of ${name}`);
  checkBoundaries(sentenceStarts, tokens, `sentences of ${name}`);
  return {
    tokens: tokenBytes === 2
      ? new Uint16Array(bytes.buffer, offset, tokens)
      : new Uint32Array(bytes.buffer, offset, tokens),
    sentenceStarts,
    documentStarts,
    documentHashes,
  };
}

/**
 * Serializes a shard; {@linkcode parseShard} reads it.
 *
 * @param shard The shard.
 * @returns The file's content.
 */
export function serializeShard(shard: Shard): Uint8Array {
  const { tokens, sentenceStarts, documentStarts, documentHashes } = shard;
  const parts = [documentHashes, documentStarts, sentenceStarts, tokens];
  const length = parts.reduce((sum, part) => sum + part.byteLength, HEADER_BYTES);
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(MAGIC));
  new Uint32Array(bytes.buffer, MAGIC.length, 5).set([
    VERSION,
    tokens.BYTES_PER_ELEMENT,
    documentStarts.length - 1,
    sentenceStarts.length - 1,
    tokens.length,
  ]);
  let offset = HEADER_BYTES;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return bytes;
}

function truncated(name: string, found: number, expected: number): ShardError {
  return new ShardError(
    `${name} has ${found} bytes, but its header requires ${expected}: ` +
      "it was truncated or changed; run prepare again",
  );
}

function checkBoundaries(starts: Uint32Array, end: number, what: string): void {
  let previous = 0;
  for (const start of starts) {
    if (start < previous) {
      throw new ShardError(`The boundaries of the ${what} are not in ascending order`);
    }
    previous = start;
  }
  if (starts[0] !== 0 || previous !== end) {
    throw new ShardError(`The boundaries of the ${what} must range from 0 to ${end}`);
  }
}
