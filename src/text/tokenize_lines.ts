/**
 * Tokenization of a stream of lines.
 *
 * @module
 */
import { concatenate } from "../json/mod.ts";

const NEWLINE = 0x0a;

/**
 * Encodes each line of UTF-8 bytes as one JSON array of ids.
 *
 * Lines end at `\n` only: a carriage return or U+2028 is part of its line. The last line does not
 * need a `\n`.
 *
 * @param input Chunks of bytes.
 * @param encodeIds Encodes a line.
 * @returns Output lines, several per string.
 * @throws {SyntaxError} If a line is not valid UTF-8, after the lines before it.
 */
export function tokenizeLines(
  input: AsyncIterable<Uint8Array>,
  encodeIds: (line: string) => ArrayLike<number>,
): AsyncGenerator<string> {
  return mapLines(input, (line) => jsonIds(encodeIds(line)));
}

/** Ids as a JSON array. */
export function jsonIds(ids: ArrayLike<number>): string {
  return `[${Array.prototype.join.call(ids, ",")}]`;
}

/**
 * Converts each line of UTF-8 bytes to a line of text.
 *
 * @param input Bytes in chunks of any size.
 * @param convert Converts a line.
 * @returns The output lines, many at a time.
 * @throws {SyntaxError} If a line is not UTF-8, after the lines before it have been returned.
 */
export async function* mapLines(
  input: AsyncIterable<Uint8Array>,
  convert: (line: string) => string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let unfinished: Uint8Array[] = [];
  let lines: string[] = [];
  let count = 0;
  const encode = (bytes: Uint8Array) => {
    count++;
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return false;
    }
    lines.push(`${convert(text)}\n`);
    return true;
  };
  const flush = () => {
    const text = lines.join("");
    lines = [];
    return text;
  };
  const notUtf8 = () => new SyntaxError(`Cannot read line ${count}: it is not valid UTF-8`);

  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const valid = encode(join([...unfinished, chunk.subarray(start, end)]));
      unfinished = [];
      start = end + 1;
      if (!valid) {
        yield flush();
        throw notUtf8();
      }
    }
    if (start < chunk.length) unfinished.push(chunk.slice(start));
    if (lines.length > 0) yield flush();
  }
  if (unfinished.length > 0) {
    if (!encode(join(unfinished))) throw notUtf8();
    yield flush();
  }
}

function join(parts: Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] : concatenate(parts);
}
