/**
 * The files of a model folder on a server.
 *
 * @module
 */
import type { ReadFile } from "./model_files.ts";

/** Progress of a download. */
export interface RemoteProgress {
  /** Name of the file. */
  readonly name: string;
  /** Bytes received. */
  readonly done: number;
  /** Size of the file in bytes; 0 if the server does not send it, or sends a compressed file. */
  readonly total: number;
}

/** Options of {@linkcode remoteFiles}. */
export interface RemoteOptions {
  /** Name of the cache of the browser that stores the files. Default: the files are fetched each time. */
  readonly cache?: string;
  /** Receives the progress of each download, at least once per file. */
  onProgress?(progress: RemoteProgress): void;
}

/** The error for a file that the server does not deliver. */
export class RemoteFileError extends Error {
  /** The name of the class. */
  override readonly name = "RemoteFileError";
}

/**
 * Returns a function that fetches the files of a folder by name. It resolves with null if the server answers with status 404, or with an HTML page, as servers of
 * single-page applications do for any path.
 *
 * @param folder the URL of the folder
 * @throws {RemoteFileError} (the function) if the server answers with another error
 * @throws {TypeError} (the function) if the server cannot be reached
 *
 * @example Load a model on a page, with a progress bar and the browser's cache
 * ```ts ignore
 * import { Albert, openDevice, remoteFiles } from "@albert-lab/albert";
 *
 * const device = await openDevice({ device: "auto" });
 * const files = remoteFiles(new URL("model", location.href), {
 *   cache: "models",
 *   onProgress: ({ done, total }) => bar.value = done / total,
 * });
 * const albert = await Albert.load(files, device);
 * ```
 */
export function remoteFiles(folder: string | URL, options: RemoteOptions = {}): ReadFile {
  const base = `${folder}`.replace(/\/+$/, "");
  return async (name) => {
    const url = `${base}/${name}`;
    const cache = options.cache === undefined ? undefined : await openCache(options.cache);
    const kept = await cache?.match(url);
    if (kept !== undefined) return new Uint8Array(await kept.arrayBuffer());
    const response = await fetch(url);
    if (response.status === 404 || response.ok && isPage(response)) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new RemoteFileError(`GET ${url} returned status ${response.status}`);
    }
    const bytes = await readBody(response, name, options);
    // A full cache is not an error.
    await cache?.put(url, new Response(bytes)).catch(() => {});
    return bytes;
  };
}

/** Whether a response is an HTML page, which no file of a model is. */
function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get("content-type") ?? "");
}

/** Node has no Cache API, and a page that is not served over HTTPS cannot use it. */
async function openCache(name: string): Promise<Cache | undefined> {
  return await globalThis.caches?.open(name).catch(() => undefined);
}

async function readBody(
  response: Response,
  name: string,
  { onProgress }: RemoteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = response;
  if (onProgress === undefined || body === null) {
    return new Uint8Array(await response.arrayBuffer());
  }
  // The size of a compressed response is not that of the file.
  const total = headers.has("content-encoding") ? 0 : Number(headers.get("content-length") ?? 0);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  onProgress({ name, done, total });
  const reader = body.getReader();
  for (;;) {
    const { done: ended, value } = await reader.read();
    if (ended) break;
    pieces.push(value);
    done += value.length;
    onProgress({ name, done, total });
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
