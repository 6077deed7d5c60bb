/**
 * A shard: the token ids of some documents, with the borders of sentences and documents.
 *
 * All numbers are little-endian. A header of eight 32-bit words (the eight letters `ALBSHARD`, then
 * version, bytes a token, documents, sentences, tokens, 0) is followed by the documents' hashes (two
 * words each), the first sentence of each document and their number, the first token of each
 * sentence and their number, and the token ids in two or four bytes.
 *
 * @module
 */

/** Says that a shard or its index is cut short, changed or of another kind; names the file. */
export class ShardError extends Error {
  /** The class's name, for messages. */
  override readonly name = "ShardError";
}

/** Token ids as shards keep them: two bytes an id where the vocabulary allows it. */
export type TokenArray = Uint16Array | Uint32Array;

/** A shard in memory. The arrays are views of its bytes. */
export interface Shard {
  /** All token ids, sentence after sentence. */
  readonly tokens: TokenArray;
  /** Where each sentence starts in `tokens`; one entry more than sentences. */
  readonly sentenceStarts: Uint32Array;
  /** Where each document starts among the sentences; one entry more than documents. */
  readonly documentStarts: Uint32Array;
  /** The first 64 bits of each document's SHA-256, lower word first. */
  readonly documentHashes: Uint32Array;
}

const MAGIC = "ALBSHARD";
const VERSION = 1;
const HEADER_BYTES = 32;

/** The array that holds ids of a vocabulary of this size. */
export function tokenArrayFor(vocabularySize: number): typeof Uint16Array | typeof Uint32Array {
  return vocabularySize <= 0x10000 ? Uint16Array : Uint32Array;
}

/**
 * Reads a shard from its bytes, without copying them.
 *
 * @param bytes The whole file, starting at a multiple of four bytes in its buffer.
 * @param name What to call it in errors, usually its path.
 * @returns The shard, as views of `bytes`.
 * @throws {ShardError} When the bytes are no shard, are cut short, or contradict themselves.
 */
export function parseShard(bytes: Uint8Array, name: string): Shard {
  const letters = new TextDecoder("latin1").decode(bytes.slice(0, MAGIC.length));
  if (letters !== MAGIC) throw new ShardError(`${name} is not a shard of token ids`);
  if (bytes.length < HEADER_BYTES) throw cutShort(name, bytes.length, HEADER_BYTES);
  const [version, tokenBytes, documents, sentences, tokens] = new Uint32Array(
    bytes.buffer,
    bytes.byteOffset + MAGIC.length,
    5,
  );
  if (version !== VERSION || (tokenBytes !== 2 && tokenBytes !== 4)) {
    throw new ShardError(
      `${name} is a shard of version ${version} with ${tokenBytes} bytes a token; ` +
        `this program reads version ${VERSION} with 2 or 4: run prepare again`,
    );
  }
  const words = 2 * documents + (documents + 1) + (sentences + 1);
  const expected = HEADER_BYTES + 4 * words + tokenBytes * tokens;
  if (bytes.length !== expected) throw cutShort(name, bytes.length, expected);
  let offset = bytes.byteOffset + HEADER_BYTES;
  const next = (length: number): Uint32Array => {
    const array = new Uint32Array(bytes.buffer, offset, length);
    offset += 4 * length;
    return array;
  };
  const documentHashes = next(2 * documents);
  const documentStarts = next(documents + 1);
  const sentenceStarts = next(sentences + 1);
  checkBorders(documentStarts, sentences, `documents of ${name}`);
  checkBorders(sentenceStarts, tokens, `sentences of ${name}`);
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
 * Writes a shard as bytes; {@linkcode parseShard} reads them.
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

function cutShort(name: string, found: number, expected: number): ShardError {
  return new ShardError(
    `${name} holds ${found} bytes and its header promises ${expected}: ` +
      "it was cut short or changed; run prepare again",
  );
}

function checkBorders(starts: Uint32Array, end: number, what: string): void {
  let previous = 0;
  for (const start of starts) {
    if (start < previous) throw new ShardError(`The borders of the ${what} run backwards`);
    previous = start;
  }
  if (starts[0] !== 0 || previous !== end) {
    throw new ShardError(`The borders of the ${what} do not run from 0 to ${end}`);
  }
}
