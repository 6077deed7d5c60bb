/**
 * Writing a file so that a reader sees the old content or the whole new one, never a part.
 *
 * @module
 */

/** What {@linkcode atomicWriteFile} can write: bytes, text, or a stream of byte chunks. */
export type WritableData = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * Writes a file in one step: everything goes to a temporary file in the same folder, which is
 * flushed to the disk and then renamed over `path`; last the folder itself is flushed, so that the
 * new name outlives a power cut. On any error the temporary file is removed and a file that was at
 * `path` before stays as it was.
 *
 * @param path Where the file shall be.
 * @param data Bytes, text (written as UTF-8), or an async iterable of byte chunks.
 * @throws {Error} When the disk is full, the folder is missing or it may not be written; the
 *   message names `path` and the cause is the system's error.
 *
 * @example A run's settings
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
  // The process id and a random part: two processes writing one name must not share a file.
  const temporary = `${path}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      for await (const chunk of chunksOf(data)) await writeAll(file, chunk);
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {/* it was never made */});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot write ${path}: ${reason}`, { cause });
  }
  await syncFolder(folderOf(path));
}

/**
 * Writes all of `bytes`. `FsFile.write` may take only a part (a nearly full disk returns a short
 * count and throws on the next call), so it is asked until nothing is left.
 *
 * @param file An open, writable file.
 * @param bytes What to write at the file's position.
 * @throws {Error} The system's error, such as "No space left on device".
 */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const count = await file.write(bytes.subarray(done));
    if (count === 0) throw new Error("the system took no more bytes");
    done += count;
  }
}

/**
 * Flushes a folder's list of names to the disk. Windows has no such call; there it does nothing.
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
 * The folder a path lies in, `.` for a bare name.
 *
 * @param path A file's path.
 * @returns Its folder.
 */
export function folderOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return end < 0 ? "." : path.slice(0, Math.max(end, 1));
}

async function* chunksOf(data: WritableData): AsyncGenerator<Uint8Array> {
  if (typeof data === "string") yield new TextEncoder().encode(data);
  else if (data instanceof Uint8Array) yield data;
  else yield* data;
}
