/**
 * Input files: expands names and patterns to paths, and opens paths as streams of bytes.
 *
 * @module
 */
import { glob } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Decompress as ZstdDecompress } from "fzstd";
import { namesIn } from "../../files/mod.ts";

/** The name of standard input. */
export const STANDARD_INPUT = "-";

/**
 * Expands names, folders and patterns to files. A folder stands for all files in it and its subfolders,
 * except for hidden ones and those of file managers, such as `Thumbs.db`; links to files and folders are followed. Empty files are left out.
 *
 * @param inputs Paths, folders, patterns such as `text/*.txt`, or `-` or `/dev/stdin` for standard input.
 * @param onEmpty Receives the path of each empty file.
 * @param except Real paths of files and folders to leave out.
 * @returns Distinct paths in the order of the inputs; those of one input are sorted.
 * @throws {Deno.errors.NotFound} If no file matches an input, or a link is broken; the message names it.
 * @throws {SyntaxError} If all files are empty; the message names the first.
 */
export async function expandInputs(
  inputs: readonly string[],
  onEmpty: (path: string) => void = () => {},
  except: readonly string[] = [],
): Promise<string[]> {
  const paths = new Set<string>();
  for (const input of inputs) {
    const found = input === STANDARD_INPUT ? [input] : await without(await filesOf(input), except);
    if (found.length === 0) {
      throw new Deno.errors.NotFound(`No file matches ${input}: check --input`);
    }
    for (const path of found) paths.add(path);
  }
  const filled: string[] = [];
  for (const path of paths) {
    const stat = path === STANDARD_INPUT ? undefined : await Deno.stat(path);
    if (stat?.isFile && stat.size === 0) onEmpty(path);
    else filled.push(path);
  }
  if (filled.length === 0) {
    const [first] = paths;
    throw new SyntaxError(
      paths.size <= 1
        ? `${first} is empty: --input needs a file with text`
        : `All ${paths.size} files are empty, such as ${first}: --input needs files with text`,
    );
  }
  return filled;
}

async function without(paths: string[], except: readonly string[]): Promise<string[]> {
  if (except.length === 0) return paths;
  const left: string[] = [];
  for (const path of paths) {
    // A pipe of a shell has none.
    const real = await Deno.realPath(path).catch(() => path);
    const isIn = (other: string) =>
      real.startsWith(other) && /^([\\/]|$)/.test(real.slice(other.length));
    if (!except.some(isIn)) left.push(path);
  }
  return left;
}

async function filesOf(input: string): Promise<string[]> {
  // Deno opens this path only with all permissions.
  if (input === "/dev/stdin") return [STANDARD_INPUT];
  // A pattern is not a valid name on Windows.
  const stat = await Deno.stat(input).catch((error) => {
    const { NotCapable, PermissionDenied } = Deno.errors;
    if (error instanceof NotCapable || error instanceof PermissionDenied) throw error;
  });
  if (stat?.isDirectory) return await filesBelow(input);
  if (stat !== undefined) return [input];
  const found: string[] = [];
  for (const path of (await Array.fromAsync(glob(input))).sort()) {
    found.push(...(await Deno.stat(path)).isDirectory ? await filesBelow(path) : [path]);
  }
  return found;
}

/** @param above Real paths of the folders above, to stop at links that lead back to them. */
async function filesBelow(folder: string, above: readonly string[] = []): Promise<string[]> {
  const real = await Deno.realPath(folder);
  if (above.includes(real)) return [];
  const entries: string[] = [];
  for (const name of await namesIn(folder)) if (!name.startsWith(".")) entries.push(name);
  const found: string[] = [];
  for (const name of entries.sort((a, b) => a < b ? -1 : 1)) {
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    const stat = await Deno.stat(path).catch((cause) => {
      throw new Deno.errors.NotFound(
        `Cannot read ${path}: its link is broken; remove it or restore its target`,
        { cause },
      );
    });
    if (stat.isDirectory) found.push(...await filesBelow(path, [...above, real]));
    else if (stat.isFile) found.push(path);
  }
  return found;
}

/**
 * Returns whether an input can be read only once.
 *
 * @param path A path, or `-`.
 * @returns True for standard input, and for a pipe such as `/dev/fd/63`, which a shell passes for `<(command)`.
 */
export async function isReadOnce(path: string): Promise<boolean> {
  return path === STANDARD_INPUT || !(await Deno.stat(path)).isFile;
}

/**
 * Returns the first input that can be read only once.
 *
 * @param paths Paths, or `-`.
 * @returns The path, or undefined.
 */
export async function findReadOnce(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isReadOnce(path)) return path;
}

/**
 * Returns the size of all inputs in bytes.
 *
 * @param paths Paths, or `-`.
 * @returns The size; 0 with an input of unknown size, such as standard input.
 */
export async function sizeOfInputs(paths: readonly string[]): Promise<number> {
  if (await findReadOnce(paths) !== undefined) return 0;
  const stats = await Promise.all(paths.map((path) => Deno.stat(path)));
  return stats.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Opens a file, or standard input, as a stream of bytes. Gzip and zstd are detected by their first bytes;
 * all members or frames are decompressed.
 *
 * @param path A path, or `-`.
 * @param onBytes Receives the number of bytes read from the file, before decompression.
 * @returns The content.
 * @throws {SyntaxError} If compressed data is damaged or truncated; the message names the file.
 */
export async function* openInput(
  path: string,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const stream = path === STANDARD_INPUT ? Deno.stdin.readable : await openFile(path);
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
    while (head.length < 4) {
      const { value, done } = await reader.read();
      if (done) break;
      head = new Uint8Array([...head, ...value]);
    }
    const compression = compressionOf(head);
    if (compression === undefined) yield* continued(head, reader);
    else yield* unpack(continued(head, reader), path, compression);
  } finally {
    await reader.cancel();
  }
}

/** Opens a file. A folder can be opened, too, but not read. */
async function openFile(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const file = await Deno.open(path);
  if (!(await file.stat()).isDirectory) return file.readable;
  file.close();
  throw new Deno.errors.IsADirectory(
    `${path} is a folder; name the files in it, such as ${path}/*`,
  );
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

/**
 * Returns the compression of a file that {@linkcode openInput} undoes.
 *
 * @param head The first 4 bytes.
 * @returns The name, or undefined.
 */
export function compressionOf(head: Uint8Array): "gzip" | "zstd" | undefined {
  const starts = (magic: readonly number[]) => magic.every((byte, i) => head[i] === byte);
  if (starts([0x1f, 0x8b])) return "gzip";
  return starts([0x28, 0xb5, 0x2f, 0xfd]) ? "zstd" : undefined;
}

async function* unpack(
  packed: AsyncIterable<Uint8Array>,
  path: string,
  compression: "gzip" | "zstd",
): AsyncGenerator<Uint8Array> {
  try {
    yield* compression === "gzip" ? gunzip(packed) : unpackZstd(packed);
  } catch (cause) {
    throw new SyntaxError(
      `Cannot read ${path}: its ${compression} data is damaged or truncated (${
        (cause as Error).message
      })`,
      { cause },
    );
  }
}

async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decompressor = createGunzip();
  const source = Readable.from(packed);
  source.on("error", (error: Error) => decompressor.destroy(error));
  source.pipe(decompressor);
  try {
    for await (const chunk of decompressor) yield chunk as Uint8Array;
  } finally {
    source.destroy();
    decompressor.destroy();
  }
}

/** The stream of node:zlib ends after the first frame in Deno. */
async function* unpackZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let unpacked: Uint8Array[] = [];
  const decompressor = new ZstdDecompress((chunk) => unpacked.push(chunk));
  for await (const chunk of packed) {
    decompressor.push(chunk);
    yield* unpacked;
    unpacked = [];
  }
  decompressor.push(new Uint8Array(), true);
  yield* unpacked;
}
