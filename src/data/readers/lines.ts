/**
 * Decodes bytes to lines of text, and rejects invalid UTF-8.
 *
 * @module
 */

/** Maximum length of a line in bytes. A longer line indicates a binary file. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const LINE_FEED = 0x0a;

/**
 * Decodes a stream of bytes to arrays of complete lines, one array per chunk. A line ends at a line feed;
 * a carriage return before it, and a byte order mark at the start, are removed.
 *
 * @param chunks The bytes.
 * @param name Name of the file for error messages.
 * @returns Arrays of lines.
 * @throws {SyntaxError} If the bytes are not valid UTF-8; the message gives the first invalid byte and
 *   its offset, from 0.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const pending: Uint8Array[] = [];
  let pendingBytes = 0, offset = 0;
  const decode = (last: Uint8Array): string => {
    const bytes = pending.length === 0 ? last : concatenate([...pending, last]);
    pending.length = pendingBytes = 0;
    if (offset === 0) refuseUtf16(bytes, name);
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
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const lines = decode(chunk.subarray(0, end)).split("\n");
      lines.pop();
      yield lines.map(withoutReturn);
    }
    if (end < chunk.length) {
      // Copied, because the source may reuse the memory of the chunk.
      pending.push(chunk.slice(end));
      pendingBytes += chunk.length - end;
      if (pendingBytes > MAX_LINE_BYTES) {
        throw new SyntaxError(
          `Cannot read ${name}: a line is longer than ${MAX_LINE_BYTES >> 20} MiB; is it text?`,
        );
      }
    }
  }
  if (pendingBytes > 0) yield [withoutReturn(decode(new Uint8Array()))];
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function refuseUtf16(bytes: Uint8Array, name: string): void {
  const mark = bytes[0] << 8 | bytes[1];
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new SyntaxError(`Cannot read ${name}: it is UTF-16; convert it to UTF-8`);
  }
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
