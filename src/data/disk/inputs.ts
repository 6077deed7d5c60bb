/**
 * Input files: names and patterns become paths, paths become streams of bytes.
 *
 * @module
 */
import { glob } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Stands for standard input among input names. */
export const STANDARD_INPUT = "-";

/**
 * Finds the files that names, folders and patterns stand for. A folder stands for all files in it
 * and below, hidden ones left out.
 *
 * @param inputs Paths, folders, patterns such as `text/*.txt`, or `-` for standard input.
 * @returns Paths, in the order of the inputs, those of one input sorted; each once.
 * @throws {Deno.errors.NotFound} When an input stands for no file; names it.
 * @throws {SyntaxError} When a file is empty; names it.
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
 * Opens a file, or standard input, as a stream of bytes; gzip is recognized by its first bytes and
 * unpacked, all members of it.
 *
 * @param path A path, or `-`.
 * @param onBytes Told how many bytes of the file were read, as they are.
 * @returns The content.
 * @throws {SyntaxError} When gzip data is damaged or cut short; names the file.
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

/** The bytes read so far, and what is still to come. */
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
      `Cannot read ${path}: its gzip data is damaged or cut short (${(cause as Error).message})`,
      { cause },
    );
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}
