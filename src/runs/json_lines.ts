/**
 * Files with one JSON object per line, read as a stream.
 *
 * @module
 */
import { ifExists } from "../files/mod.ts";

/**
 * Yields the complete lines of a text file, in chunks. A last line without a line break, which a killed process left, is skipped; a missing file has no lines.
 */
export async function* readWholeLines(path: string): AsyncGenerator<string[]> {
  const file = await ifExists(Deno.open(path));
  if (file === null) return;
  let rest = "";
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    if (end > 0) yield text.slice(0, end - 1).split("\n");
  }
}

/** Yields the values of a file of JSON lines, in chunks; lines that are not valid JSON are skipped. */
export async function* readJsonLines<T>(path: string): AsyncGenerator<T[]> {
  for await (const lines of readWholeLines(path)) yield lines.flatMap((line) => parseLine<T>(line));
}

/** Parses a line; returns an empty list if it is not valid JSON. */
export function parseLine<T>(line: string): T[] {
  try {
    return line === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
