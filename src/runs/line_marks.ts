/**
 * The state of the log files at a checkpoint, so that a resumed run continues the same log.
 *
 * @module
 */
import { ifExists, Sha256 } from "../files/mod.ts";
import { isObject } from "../json/mod.ts";
import { LINE_FILES, RunFolderError } from "./run_folder.ts";

/** Length in bytes and SHA-256 of each log file when a checkpoint was saved. */
export type LineMarks = Readonly<
  Record<string, { readonly bytes: number; readonly sha256: string }>
>;

/** Whether a value read from JSON has this form and names only log files of a run. */
export function isLineMarks(value: unknown): value is LineMarks {
  return isObject(value) &&
    Object.entries(value).every(([name, mark]) =>
      (LINE_FILES as readonly string[]).includes(name) && isObject(mark) &&
      typeof mark.sha256 === "string" && Number.isSafeInteger(mark.bytes) &&
      (mark.bytes as number) >= 0
    );
}

/** Syncs the log files of a run to disk and returns their lengths and checksums. */
export async function markLines(run: string): Promise<LineMarks> {
  const marks: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of LINE_FILES) {
    // Windows syncs only writable files.
    const file = await ifExists(Deno.open(`${run}/${name}`, { read: true, write: true }));
    if (file === null) continue;
    // After a power failure, a checkpoint must not exist without the log that precedes it.
    await file.sync();
    marks[name] = await checksumOf(file, Infinity);
  }
  return marks;
}

/**
 * Checks that the log files still begin with the marked content; more lines may follow. A missing file is accepted: it was deleted on purpose.
 *
 * @throws {RunFolderError} If a file is shorter than its mark or was changed.
 */
export async function checkLines(run: string, marks: LineMarks): Promise<void> {
  for (const [name, { bytes, sha256 }] of Object.entries(marks)) {
    const path = `${run}/${name}`;
    const file = await ifExists(Deno.open(path));
    if (file === null) continue;
    const found = await checksumOf(file, bytes);
    if (found.sha256 === sha256) continue;
    throw new RunFolderError(
      `${path} is damaged (${
        found.bytes < bytes
          ? `found ${found.bytes} bytes, expected at least ${bytes}`
          : "its SHA-256 does not match the checkpoint's"
      }); restore it, or delete it to resume without the log of earlier steps`,
    );
  }
}

/** Truncates the log files to their marks: the lines after them belong to steps that run again. */
export async function cutLines(run: string, marks: LineMarks): Promise<void> {
  for (const [name, { bytes }] of Object.entries(marks)) {
    const file = await ifExists(Deno.open(`${run}/${name}`, { write: true }));
    if (file === null) continue;
    try {
      await file.truncate(bytes);
      await file.sync();
    } finally {
      file.close();
    }
  }
}

/** Reads at most `limit` bytes from the start and closes the file. */
async function checksumOf(
  file: Deno.FsFile,
  limit: number,
): Promise<{ bytes: number; sha256: string }> {
  const sum = new Sha256();
  let bytes = 0;
  for await (const chunk of file.readable) {
    const part = chunk.subarray(0, Math.min(chunk.length, limit - bytes));
    sum.update(part);
    bytes += part.length;
    if (bytes === limit) break;
  }
  return { bytes, sha256: sum.hex() };
}
