/**
 * Reading files of one JSON object a line, however long, at the speed of the parser.
 *
 * @module
 */

/**
 * The whole lines of a file. What a killed process left half-written is left out; a file that is not there has none.
 *
 * @param path A file of JSON lines.
 * @returns Their values, in order.
 */
export async function* readJsonLines<T>(path: string): AsyncGenerator<T[]> {
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
    yield text.slice(0, end).split("\n").flatMap((line) => parsed<T>(line));
  }
}

function parsed<T>(line: string): T[] {
  try {
    return line === "" ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
