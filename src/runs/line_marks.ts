/**
 * What a checkpoint knows of the files that grow line by line: whether a resumed run goes on from the same log.
 *
 * @module
 */
import { Sha256 } from "../files/mod.ts";
import { isObject } from "../json/mod.ts";
import { LINE_FILES, RunFolderError } from "./run_folder.ts";

/** Length and SHA-256 of each file at some time. */
export type LineMarks = Readonly<
  Record<string, { readonly bytes: number; readonly sha256: string }>
>;

/** Whether a value out of JSON is such marks, of files that a run has. */
export function isLineMarks(value: unknown): value is LineMarks {
  return isObject(value) &&
    Object.entries(value).every(([name, mark]) =>
      (LINE_FILES as readonly string[]).includes(name) && isObject(mark) &&
      typeof mark.sha256 === "string" && Number.isSafeInteger(mark.bytes) &&
      (mark.bytes as number) >= 0
    );
}

/** Flushes the line files of a run to the disk and notes what they hold. */
export async function markLines(run: string): Promise<LineMarks> {
  const marks: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of LINE_FILES) {
    const file = await openIfThere(`${run}/${name}`);
    if (file === null) continue;
    // A checkpoint must not outlive a power cut that takes the log before it away.
    await file.sync();
    marks[name] = await sumOf(file, Infinity);
  }
  return marks;
}

/**
 * Checks that the line files begin with what they held; more may follow. A file that is not there was taken away on purpose.
 *
 * @throws {RunFolderError} when one was cut short or changed.
 */
export async function checkLines(run: string, marks: LineMarks): Promise<void> {
  for (const [name, { bytes, sha256 }] of Object.entries(marks)) {
    const path = `${run}/${name}`;
    const file = await openIfThere(path);
    if (file === null) continue;
    const found = await sumOf(file, bytes);
    if (found.sha256 === sha256) continue;
    throw new RunFolderError(
      `${path} is damaged (${
        found.bytes < bytes
          ? `it has ${found.bytes} bytes, ${bytes} were written by the last checkpoint`
          : "its SHA-256 is not that of what was written"
      }); restore it, or remove it to go on without what it says of earlier steps`,
    );
  }
}

/** Cuts the line files to what they held: what follows is of steps that are done again. */
export async function cutLines(run: string, marks: LineMarks): Promise<void> {
  for (const [name, { bytes }] of Object.entries(marks)) {
    const file = await openIfThere(`${run}/${name}`, { write: true });
    if (file === null) continue;
    try {
      await file.truncate(bytes);
      await file.sync();
    } finally {
      file.close();
    }
  }
}

async function openIfThere(
  path: string,
  options: Deno.OpenOptions = { read: true },
): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Reads at most `limit` bytes from the start, and closes the file. */
async function sumOf(file: Deno.FsFile, limit: number): Promise<{ bytes: number; sha256: string }> {
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
