/**
 * Files of one JSON object a line, read at the speed of the parser however long they are.
 *
 * @module
 */

/**
 * The whole lines of a file, in pieces. What a killed process left half-written is left out; a file that is not there has none.
 *
 * @param path A text file.
 */
export async function* readWholeLines(path: string): AsyncGenerator<string[]> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  let rest = "";
  for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
    const text = rest + chunk;
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    if (end > 0) yield text.slice(0, end - 1).split("\n");
  }
}

/**
 * The values of a file of JSON lines, in pieces; lines that are no JSON are left out.
 *
 * @param path A text file.
 */
export async function* readJsonLines<T>(path: string): AsyncGenerator<T[]> {
  for await (const lines of readWholeLines(path)) yield lines.flatMap((line) => parseLine<T>(line));
}

/** The value of a line, as a list without it where it is no JSON. */
export function parseLine<T>(line: string): T[] {
  try {
    return line === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
