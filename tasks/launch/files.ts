// The launcher stands alone, so it has its own few lines for files in the cache folder.
import { cacheFolder } from "../../src/files/cache_folder.ts";

export { cacheFolder };

/** Root of the checkout, without a slash at its end. */
export const ROOT: string = filePath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** A `file:` address as a path of this system. */
export function filePath(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}

/** A path of this system as a `file:` address. */
export function fileUrl(path: string): string {
  const slashes = path.replaceAll("\\", "/");
  const encoded = slashes.split("/").map(encodeURIComponent).join("/").replace(
    /^([A-Za-z])%3A/,
    "$1:",
  );
  return `file://${encoded.startsWith("/") ? "" : "/"}${encoded}`;
}

/** Makes the cache folder, or falls back on a temporary one where it cannot be written. */
export async function usableCacheFolder(): Promise<string> {
  const fallback = cacheFolder({ TMPDIR: Deno.env.get("TMPDIR"), TEMP: Deno.env.get("TEMP") });
  for (const folder of [cacheFolder(), fallback]) {
    try {
      await Deno.mkdir(folder, { recursive: true });
      await writeWhole(`${folder}/.writable`, "");
      return folder;
    } catch {
      // try the next
    }
  }
  throw new Error(
    `Cannot write to ${cacheFolder()}: set ALBERT_CACHE to a folder that can be written.`,
  );
}

/** Writes beside and renames, so that another process sees the old file or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** The first 16 hexadecimal digits of SHA-256. */
export async function shortHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** Whether something is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
