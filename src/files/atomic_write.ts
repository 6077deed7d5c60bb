/**
 * Writes files so that a reader sees the old content or all of the new content, never a part.
 *
 * @module
 */
import { ifExists } from "./if_exists.ts";

/** A path that {@linkcode atomicWriteFile} writes to standard output, which Deno opens only with all permissions. */
export const STANDARD_OUTPUT = "/dev/stdout";

/** Data that {@linkcode atomicWriteFile} can write: bytes, text, or a stream of byte chunks. */
export type WritableData = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * Writes a file atomically. The data go to a temporary file in the same folder, which is flushed to the disk and renamed to `path`. Then the folder is flushed, so
 * that the new name survives a power failure. On an error the temporary file is removed, and a file that existed at `path` is unchanged.
 * A link at `path` remains and its file is replaced; a device or a pipe is written directly.
 *
 * @param path The file.
 * @param data Bytes, text (written as UTF-8), or an async iterable of byte chunks.
 * @throws {Error} If the disk is full, the folder is missing or not writable, or `path` is a folder. The message names `path`; the cause is the system's error.
 *
 * @example Write the settings of a run
 * ```ts
 * import { atomicWriteFile } from "./atomic_write.ts";
 *
 * const path = await Deno.makeTempFile();
 * await atomicWriteFile(path, JSON.stringify({ seed: 1 }));
 * if (await Deno.readTextFile(path) !== '{"seed":1}') throw new Error("not written");
 * await Deno.remove(path);
 * ```
 */
export async function atomicWriteFile(path: string, data: WritableData): Promise<void> {
  if (path === STANDARD_OUTPUT) {
    for await (const chunk of chunksOf(data)) await writeAll(Deno.stdout, chunk);
    return;
  }
  await atomicWrite(path, async (file) => {
    for await (const chunk of chunksOf(data)) await writeAll(file, chunk);
  });
}

/**
 * Writes a file atomically, as {@linkcode atomicWriteFile}, with a function that may also seek.
 *
 * @param path The file.
 * @param write Writes the content to an open file.
 * @throws {Error} As {@linkcode atomicWriteFile}.
 */
export async function atomicWrite(
  path: string,
  write: (file: Deno.FsFile) => Promise<void>,
): Promise<void> {
  const present = await Deno.stat(path).catch(() => null);
  // Renaming would fail, but only after the content has been computed.
  if (present?.isDirectory) throw new Error(`Cannot write ${path}: it is a folder`);
  const isDirect = present !== null && !present.isFile;
  const target = await linkTarget(path);
  // The process id and a random part keep two processes that write the same path apart.
  const temporary = `${target}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    if (isDirect) {
      using file = await Deno.open(path, { write: true });
      await write(file);
      return;
    }
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      await write(file);
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, target);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {/* it was not created */});
    // The system's message ends with the name of the temporary file.
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(
      /: \w+ '.*'$/,
      "",
    );
    throw new Error(`Cannot write ${path}: ${reason}`, { cause });
  }
  await syncFolder(folderOf(target));
}

/**
 * Returns the file or folder that a link leads to, which may be missing.
 *
 * @param path Any path.
 * @returns The path, if it is not a link.
 */
export async function linkTarget(path: string): Promise<string> {
  const link = await Deno.readLink(path).catch(() => null);
  if (link === null) return path;
  const next = /^([\\/]|[A-Za-z]:)/.test(link) ? link : `${folderOf(path)}/${link}`;
  return await Deno.realPath(path).catch(() => next);
}

/**
 * Writes all of `bytes`. One call of `write` may write a part only: on a nearly full disk it returns a short count, and throws on the next call.
 *
 * @param file An open, writable file, or standard output.
 * @param bytes The bytes to write at the file's position.
 * @throws {Error} The system's error, such as "No space left on device".
 */
export async function writeAll(
  file: Pick<Deno.FsFile, "write">,
  bytes: Uint8Array,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await file.write(bytes.subarray(done));
    if (count === 0) throw new Error("the system wrote no bytes");
    done += count;
  }
}

/**
 * Flushes the entries of a folder to the disk. Windows has no such call; there this does nothing.
 *
 * @param folder The folder to flush.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const handle = await Deno.open(folder);
  try {
    await handle.sync();
  } finally {
    handle.close();
  }
}

/**
 * Returns the folder of a file.
 *
 * @param path The file.
 * @returns Its folder; `.` for a path without a separator.
 */
export function folderOf(path: string): string {
  const end = lastSeparator(path);
  return end < 0 ? "." : path.slice(0, Math.max(end, 1));
}

/** Returns the last component of a path. */
export function nameOf(path: string): string {
  return path.slice(lastSeparator(path) + 1);
}

function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
}

/** Temporary files of {@linkcode atomicWriteFile}: name, process id, random part. */
const TEMPORARY = /^(.+)\.\d+-[0-9a-f]{8}\.tmp$/;

/**
 * Removes temporary files, and folders with such names, that killed processes left in a folder. Call this only if no other process can be writing: after locking the folder, or for files that
 * no other process writes.
 *
 * @param folder The folder. It may be missing.
 * @param names Files whose temporary files to remove; all by default.
 */
export async function removeTemporaryFiles(
  folder: string,
  names?: readonly string[],
): Promise<void> {
  for (const { name } of await ifExists(Array.fromAsync(Deno.readDir(folder))) ?? []) {
    const target = TEMPORARY.exec(name)?.[1];
    if (target === undefined || names !== undefined && !names.includes(target)) continue;
    await ifExists(Deno.remove(`${folder}/${name}`, { recursive: true }));
  }
}

async function* chunksOf(data: WritableData): AsyncGenerator<Uint8Array> {
  if (typeof data === "string") yield new TextEncoder().encode(data);
  else if (data instanceof Uint8Array) yield data;
  else yield* data;
}
