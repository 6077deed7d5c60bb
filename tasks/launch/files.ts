/**
 * File helpers of the launcher, which must not import a module that needs a package.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  cacheFolder,
  isOfAnotherUser,
  temporaryCacheFolder,
} from "../../src/files/cache_folder.ts";

export { cacheFolder };

/** Root of the checkout, without a trailing slash. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** Converts a path of this system, which on Windows may be on a server, to a `file:` URL. */
export function fileUrl(path: string): string {
  return pathToFileURL(path).href;
}

/** Creates the cache folder, or falls back to a temporary one if it is not writable. */
export async function usableCacheFolder(): Promise<string> {
  const problems: string[] = [];
  for (const folder of new Set([cacheFolder(), temporaryCacheFolder()])) {
    const mode = folder === temporaryCacheFolder() ? 0o700 : undefined;
    try {
      await Deno.mkdir(folder, { recursive: true, mode });
      // Deno runs with the configurations of this folder.
      if (await isOfAnotherUser(folder)) problems.push(`${folder} belongs to another user`);
      else {
        await writeAtomically(`${folder}/.writable`, "");
        return folder;
      }
    } catch (error) {
      problems.push(`${folder} is not writable (${(error as Error).message})`);
    }
  }
  throw new Error(
    `Cannot find a cache folder: ${problems.join(", and ")}. ` +
      "Set ALBERT_CACHE to a folder that you can write to.",
  );
}

/** Writes a temporary file and renames it, so that another process sees either the old file or the new one. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

const DAY = 86_400_000;

/** Returns true at most once a day; the file at `path` keeps the time. */
export async function isDue(path: string, now: number = Date.now()): Promise<boolean> {
  const last = Number(await Deno.readTextFile(path).catch(() => NaN));
  // A time in the future means that the clock was set back.
  if (now - last < DAY && last <= now) return false;
  await writeAtomically(path, `${now}\n`);
  return true;
}

/** The first 16 hexadecimal digits of the SHA-256 of a text. */
export async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest, 0, 8).toHex();
}

/** Whether a file or folder exists. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
