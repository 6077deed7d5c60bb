/**
 * One file of the hub onto the disk: it goes on after a cut, and its bytes are checked before it has its name.
 *
 * @module
 */
import { folderOf, syncFolder, writeAll } from "../../files/mod.ts";
import { checksumLike } from "./checksum.ts";
import { HubError, HubUnreachableError } from "./errors.ts";
import type { HubModel } from "./model_name.ts";
import { ask, refusal } from "./request.ts";
import type { HubSettings } from "./settings.ts";

/** A file as the hub describes it. */
export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  /** SHA-256, or git's SHA-1 of a blob. */
  readonly checksum: string;
  readonly bytes: number;
}

/**
 * Downloads a file to `path`. What came before a cut stays in `path.incomplete`, as Hugging Face's libraries have it, and is not asked for again.
 *
 * @param progress told how many bytes are there
 * @throws {HubUnreachableError} when the connection was cut too often.
 * @throws {HubError} when the bytes are not those of the checksum, or cannot be written.
 */
export async function downloadBlob(
  file: RemoteFile,
  path: string,
  model: HubModel,
  settings: HubSettings,
  progress: (bytes: number) => void = () => {},
): Promise<void> {
  const incomplete = `${path}.incomplete`;
  const resumed = await sizeOf(incomplete) > 0;
  await fetchWhole(file, incomplete, model, settings, progress);
  let actual = await checksumLike(file.checksum, incomplete);
  if (actual !== file.checksum && resumed) {
    // The part that was lying here may be what is wrong.
    await Deno.remove(incomplete);
    await fetchWhole(file, incomplete, model, settings, progress);
    actual = await checksumLike(file.checksum, incomplete);
  }
  if (actual !== file.checksum) {
    await Deno.remove(incomplete);
    throw new HubError(
      `${file.name} of ${model.id} came with wrong bytes: its checksum is ${actual}, ` +
        `${settings.endpoint} says ${file.checksum}; it was removed, try again`,
    );
  }
  await Deno.rename(incomplete, path);
  await syncFolder(folderOf(path));
}

/** Asks again after each cut, until all bytes are there or no new one comes. */
async function fetchWhole(
  file: RemoteFile,
  path: string,
  model: HubModel,
  settings: HubSettings,
  progress: (bytes: number) => void,
): Promise<void> {
  for (let failures = 0;;) {
    const before = await sizeOf(path);
    try {
      await fetchRest(file, path, model, settings, progress);
      return;
    } catch (error) {
      if (!(error instanceof HubUnreachableError)) throw error;
      const after = await sizeOf(path);
      if (after > before) failures = 0;
      const wait = settings.waitSeconds[failures++];
      if (wait === undefined) {
        throw new HubUnreachableError(
          `${file.name} of ${model.id} stopped at ${after} of ${file.bytes} bytes (${error.message}); ` +
            "run the command again to go on from there",
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
    }
  }
}

/** One request for what is still missing. */
async function fetchRest(
  file: RemoteFile,
  path: string,
  model: HubModel,
  settings: HubSettings,
  progress: (bytes: number) => void,
): Promise<void> {
  let there = await sizeOf(path);
  if (there > file.bytes) {
    await Deno.remove(path);
    there = 0;
  }
  if (there === file.bytes && there > 0) return;
  const headers: Record<string, string> = there > 0 ? { range: `bytes=${there}-` } : {};
  const answer = await ask({ url: file.url, method: "GET", headers }, settings);
  const { response } = answer;
  if (!response.ok || response.body === null) {
    answer.done();
    await response.body?.cancel();
    throw refusal(response, model, file.name, settings);
  }
  // A server that knows no ranges sends the whole.
  if (response.status !== 206) there = 0;
  const output = await Deno.open(path, { write: true, create: true });
  try {
    await output.truncate(there);
    await output.seek(there, Deno.SeekMode.Start);
    for await (const piece of piecesOf(answer)) {
      await write(output, piece, path);
      there += piece.length;
      progress(there);
    }
    await output.sync();
  } finally {
    answer.done();
    output.close();
  }
  if (there < file.bytes) throw new HubUnreachableError("the connection was cut");
}

/** The body; a cut has its own error, so that a full disk is not taken for one. */
async function* piecesOf({ response, alive }: Awaited<ReturnType<typeof ask>>) {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new HubUnreachableError(`the connection was cut: ${cause.message}`, { cause });
      });
      if (done) return;
      alive();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {/* it broke, or has ended */});
  }
}

async function write(output: Deno.FsFile, piece: Uint8Array, path: string): Promise<void> {
  try {
    await writeAll(output, piece);
  } catch (cause) {
    throw new HubError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
