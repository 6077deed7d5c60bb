/**
 * Downloads a file of the hub. An interrupted download is resumed, and the file gets its name after its checksum is verified.
 *
 * @module
 */
import { folderOf, ifExists, syncFolder, writeAll } from "../../files/mod.ts";
import { checksumLike } from "./checksum.ts";
import { HubError, HubUnreachableError } from "./errors.ts";
import type { HubModel } from "./model_name.ts";
import { ask, responseError } from "./request.ts";
import type { HubSettings } from "./settings.ts";

/** A file of the hub. */
export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  /** SHA-256, or git's blob hash. */
  readonly checksum: string;
  /** Size. */
  readonly bytes: number;
}

/**
 * Downloads a file to `path`. An interrupted download is kept in `path.incomplete`, as in the Hugging Face libraries, and resumed from there.
 *
 * @param progress receives the number of bytes downloaded so far
 * @throws {HubUnreachableError} if the connection fails too often.
 * @throws {HubError} if the checksum does not match, or the file cannot be written.
 */
export async function downloadBlob(
  file: RemoteFile,
  path: string,
  model: HubModel,
  settings: HubSettings,
  progress: (bytes: number) => void,
): Promise<void> {
  const incomplete = `${path}.incomplete`;
  const resumed = await sizeOf(incomplete) > 0;
  await fetchWhole(file, incomplete, model, settings, progress);
  let actual = await checksumLike(file.checksum, incomplete);
  if (actual !== file.checksum && resumed) {
    // The part from the earlier download may be the cause.
    await Deno.remove(incomplete);
    await fetchWhole(file, incomplete, model, settings, progress);
    actual = await checksumLike(file.checksum, incomplete);
  }
  if (actual !== file.checksum) {
    await Deno.remove(incomplete);
    throw new HubError(
      `The checksum of ${file.name} of ${model.id} is ${actual}, but ${settings.endpoint} lists ` +
        `${file.checksum}; the download was removed, try again`,
    );
  }
  await Deno.rename(incomplete, path);
  await syncFolder(folderOf(path));
}

/** Retries until the download is complete, or several retries in a row receive no data. */
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
          `The download of ${file.name} of ${model.id} stopped at ${after} of ${file.bytes} bytes (${error.message}); ` +
            "run the command again to resume it",
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * wait));
    }
  }
}

/** Requests the rest of a file. */
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
    throw responseError(response, model, file.name, settings);
  }
  // A server without support for ranges sends the whole file.
  if (response.status !== 206) there = 0;
  const output = await Deno.open(path, { write: true, create: true });
  try {
    await output.truncate(there);
    await output.seek(there, Deno.SeekMode.Start);
    for await (const chunk of chunksOf(answer)) {
      if (there + chunk.length > file.bytes) {
        await output.truncate(0);
        throw new HubError(
          `The download of ${file.name} of ${model.id} has more than the ${file.bytes} bytes that ` +
            `${settings.endpoint} lists; it was stopped, try again`,
        );
      }
      await write(output, chunk, path);
      there += chunk.length;
      progress(there);
    }
    await output.sync();
  } finally {
    answer.done();
    output.close();
  }
  if (there < file.bytes) throw new HubUnreachableError("the connection was closed");
}

/** Yields the chunks of the body. A network error has its own class, to distinguish it from a full disk. */
async function* chunksOf({ response, alive }: Awaited<ReturnType<typeof ask>>) {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new HubUnreachableError(`the connection was closed: ${cause.message}`, { cause });
      });
      if (done) return;
      alive();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {/* it failed or has ended */});
  }
}

async function write(output: Deno.FsFile, chunk: Uint8Array, path: string): Promise<void> {
  try {
    await writeAll(output, chunk);
  } catch (cause) {
    throw new HubError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await ifExists(Deno.stat(path)))?.size ?? 0;
}
