/**
 * Decodes bytes to lines of text, and rejects invalid UTF-8.
 *
 * @module
 */
import { concatenate } from "../../json/mod.ts";

/** Maximum length of a line in bytes. A longer line indicates a binary file. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Decodes a stream of bytes to arrays of complete lines, one array per chunk. A line ends at a line feed,
 * or at a carriage return if the file has no line feeds and at most 16 MiB. A carriage return before
 * a line feed, and a byte order mark at the start, are removed.
 *
 * @param chunks The bytes.
 * @param name Name of the file for error messages.
 * @param offset Place of the first byte in the file.
 * @returns Arrays of lines.
 * @throws {SyntaxError} If the bytes are not valid UTF-8; the message gives the first invalid byte and
 *   its offset, from 0. If they are a known binary format; the message names it.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  offset = 0,
): AsyncGenerator<string[]> {
  let first = offset === 0;
  for await (const text of decode(chunks, name, "\n", offset)) {
    const separator = first && !text.includes("\n") ? "\r" : "\n";
    first = false;
    const lines = text.split(separator);
    if (text.endsWith(separator)) lines.pop();
    yield lines.map(withoutReturn);
  }
}

/**
 * Decodes a stream of bytes to pieces of text that end at a separator, except for the last.
 *
 * @param chunks The bytes.
 * @param name Name of the file for error messages.
 * @param separator An ASCII character.
 * @param offset Place of the first byte in the file.
 * @returns Non-empty pieces, without a byte order mark.
 * @throws {SyntaxError} As in {@linkcode linesOf}.
 */
export async function* decode(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  separator: string,
  offset = 0,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const decodeUpTo = (last: Uint8Array): string => {
    const bytes = pending.length === 0 ? last : concatenate([...pending, last]);
    pending.length = pendingBytes = 0;
    if (offset === 0) refuseBinary(bytes, name);
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw notUtf8(bytes, offset, name);
    }
    if (offset === 0 && text.startsWith("\uFEFF")) text = text.slice(1);
    offset += bytes.length;
    return text;
  };
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(separator.charCodeAt(0)) + 1;
    if (end > 0) yield decodeUpTo(chunk.subarray(0, end));
    if (end < chunk.length) {
      // Copied, because the source may reuse the memory of the chunk.
      pending.push(chunk.slice(end));
      pendingBytes += chunk.length - end;
      if (pendingBytes > MAX_LINE_BYTES) {
        refuseBinary(concatenate(pending), name);
        if (separator === "\n" && pending.some((bytes) => bytes.includes(0x0d))) {
          throw new SyntaxError(
            `Cannot read ${name}: ${
              MAX_LINE_BYTES >> 20
            } MiB of it have carriage returns and no line ` +
              `feed; convert its line ends with: tr '\\r' '\\n' < ${name} > NEW_FILE`,
          );
        }
        const part = separator === "\n" ? "line" : "record";
        throw new SyntaxError(
          `Cannot read ${name}: a ${part} is longer than ${
            MAX_LINE_BYTES >> 20
          } MiB; divide its text, such as into a ${part} per paragraph`,
        );
      }
    }
  }
  if (pendingBytes > 0) yield decodeUpTo(new Uint8Array());
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** First bytes of files that are not text, their format, and how to convert them. FILE is the name. */
const BINARY: readonly (readonly [magic: string, format: string, fix: string])[] = [
  ["\xff\xfe", "UTF-16", "convert it to UTF-8"],
  ["\xfe\xff", "UTF-16", "convert it to UTF-8"],
  ["BZh", "compressed with bzip2", "decompress it with: bunzip2 -k FILE"],
  ["\xfd7zXZ\0", "compressed with xz", "decompress it with: xz -dk FILE"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it with: zstd -d FILE"],
  ["\x04\x22\x4d\x18", "compressed with lz4", "decompress it with: lz4 -d FILE"],
  ["\x1f\x8b", "compressed with gzip", "decompress it with: gunzip -k FILE"],
  ["PK\x03\x04", "a zip archive", "extract it with: unzip FILE"],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive", "extract it with: 7z x FILE"],
  ["ARROW1", "an Arrow file", "convert it to JSON lines"],
  ["PAR1", "a Parquet file", "give its path to --input, with --format auto or parquet"],
  ["%PDF-", "a PDF file", "convert it with: pdftotext FILE"],
  ["SQLite format 3\0", "an SQLite database", "export its text as JSON lines or CSV"],
];

/**
 * Rejects known binary formats.
 *
 * @param bytes The first bytes of a file.
 * @param name Name of the file.
 * @throws {SyntaxError} The message names the format and the command that converts it.
 */
function refuseBinary(bytes: Uint8Array, name: string): void {
  const starts = (magic: string, at = 0): boolean =>
    [...magic].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  const found = BINARY.find(([magic, format]) =>
    // "BZh" alone could begin a text.
    starts(magic) && (format !== "compressed with bzip2" || starts("1AY&SY", 4))
  ) ??
    (starts("ustar", 257) ? ["", "a tar archive", "extract it with: tar -xf FILE"] : undefined) ??
    (hasManyNuls(bytes) ? ["", "UTF-16 or binary", "convert it to UTF-8"] : undefined);
  if (found === undefined) return;
  throw new SyntaxError(
    `Cannot read ${name}: it is ${found[1]}, not UTF-8 text; ${found[2].replace("FILE", name)}`,
  );
}

/** Whether bytes are probably UTF-16 without a byte order mark, which is often valid UTF-8 with NUL characters. */
function hasManyNuls(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 1000);
  return start.reduce((nuls, byte) => nuls + Number(byte === 0), 0) > 1 + start.length / 20;
}

function notUtf8(bytes: Uint8Array, offset: number, name: string): SyntaxError {
  const bad = firstInvalidUtf8(bytes);
  const byte = bytes[bad]?.toString(16).toUpperCase().padStart(2, "0");
  return new SyntaxError(
    `Cannot read ${name}: byte 0x${byte} at offset ${offset + bad} is not valid UTF-8; ` +
      "convert the file to UTF-8",
  );
}

/**
 * Finds the start of the first invalid UTF-8 sequence (Unicode Standard, table 3-7).
 *
 * @param bytes The bytes.
 * @returns The index, or the length if all bytes are valid.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i];
    let more: number, low = 0x80, high = 0xbf;
    if (first < 0x80) more = 0;
    else if (first >= 0xc2 && first <= 0xdf) more = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      if (first === 0xe0) low = 0xa0;
      if (first === 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first === 0xf0) low = 0x90;
      if (first === 0xf4) high = 0x8f;
    } else return i;
    for (let j = 1; j <= more; j++) {
      const byte = bytes[i + j];
      if (byte === undefined || byte < low || byte > high) return i;
      low = 0x80;
      high = 0xbf;
    }
    i += 1 + more;
  }
  return bytes.length;
}
