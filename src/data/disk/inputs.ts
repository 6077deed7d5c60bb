/**
 * Input files: expands names and patterns to paths, and opens paths as streams of bytes.
 *
 * @module
 */
import { glob } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** The name of standard input. */
export const STANDARD_INPUT = "-";

/**
 * Expands names, folders and patterns to files. A folder stands for all files in it and its subfolders,
 * except for hidden ones.
 *
 * @param inputs Paths, folders, patterns such as `text/*.txt`, or `-` for standard input.
 * @returns Distinct paths in the order of the inputs; those of one input are sorted.
 * @throws {Deno.errors.NotFound} If no file matches an input; the message names it.
 * @throws {SyntaxError} If a file is empty; the message names it.
 */
export async function expandInputs(inputs: readonly string[]): Promise<string[]> {
  const paths = new Set<string>();
  for (const input of inputs) {
    const found = input === STANDARD_INPUT ? [input] : await filesOf(input);
    if (found.length === 0) {
      throw new Deno.errors.NotFound(`No file matches ${input}: check --input`);
    }
    for (const path of found) paths.add(path);
  }
  for (const path of paths) {
    if (path === STANDARD_INPUT) continue;
    const stat = await Deno.stat(path);
    if (stat.isFile && stat.size === 0) throw new SyntaxError(`${path} is empty`);
  }
  return [...paths];
}

async function filesOf(input: string): Promise<string[]> {
  const stat = await Deno.stat(input).catch(() => undefined);
  if (stat?.isDirectory) return await filesBelow(input);
  if (stat !== undefined) return [input];
  const found: string[] = [];
  for (const path of (await Array.fromAsync(glob(input))).sort()) {
    found.push(...(await Deno.stat(path)).isDirectory ? await filesBelow(path) : [path]);
  }
  return found;
}

async function filesBelow(folder: string): Promise<string[]> {
  const names: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.name.startsWith(".")) names.push(entry);
  }
  names.sort((a, b) => a.name < b.name ? -1 : 1);
  const found: string[] = [];
  for (const { name, isDirectory, isFile } of names) {
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    if (isDirectory) found.push(...await filesBelow(path));
    else if (isFile) found.push(path);
  }
  return found;
}

/**
 * Opens a file, or standard input, as a stream of bytes. Gzip is detected by its first bytes; all its
 * members are decompressed.
 *
 * @param path A path, or `-`.
 * @param onBytes Receives the number of bytes read from the file, before decompression.
 * @returns The content.
 * @throws {SyntaxError} If gzip data is damaged or truncated; the message names the file.
 */
export async function* openInput(
  path: string,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const stream = path === STANDARD_INPUT ? Deno.stdin.readable : (await Deno.open(path)).readable;
  const counted = stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes(chunk.length);
        controller.enqueue(chunk);
      },
    }),
  );
  const reader = counted.getReader();
  try {
    let head = new Uint8Array();
    while (head.length < 2) {
      const { value, done } = await reader.read();
      if (done) break;
      head = new Uint8Array([...head, ...value]);
    }
    if (head[0] === 0x1f && head[1] === 0x8b) yield* unpack(continued(head, reader), path);
    else yield* continued(head, reader);
  } finally {
    await reader.cancel();
  }
}

/** Yields the bytes read so far, and the rest. */
async function* continued(
  head: Uint8Array,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  while (true) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* unpack(
  packed: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const source = Readable.from(packed);
  source.on("error", (error: Error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (cause) {
    throw new SyntaxError(
      `Cannot read ${path}: its gzip data is damaged or truncated (${(cause as Error).message})`,
      { cause },
    );
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
