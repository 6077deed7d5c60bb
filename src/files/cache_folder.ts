/**
 * The location of the cache. Imports nothing, since the launcher uses it before packages are available.
 *
 * @module
 */

/**
 * Returns the cache folder: `ALBERT_CACHE`, or the system's folder for caches. Without a home folder it is in the folder for temporary files.
 *
 * @param environment The environment variables.
 * @param os The operating system, as in `Deno.build.os`.
 * @returns The folder. It may not exist yet.
 */
export function cacheFolder(
  environment: Record<string, string | undefined> = Deno.env.toObject(),
  os: string = Deno.build.os,
): string {
  const { ALBERT_CACHE, XDG_CACHE_HOME, HOME, LOCALAPPDATA, TEMP, TMPDIR } = environment;
  if (ALBERT_CACHE) return ALBERT_CACHE;
  if (os === "windows") return `${LOCALAPPDATA ?? TEMP ?? "C:\\Windows\\Temp"}\\albert-lab`;
  if (XDG_CACHE_HOME?.startsWith("/")) return `${XDG_CACHE_HOME}/albert-lab`;
  if (!HOME || HOME === "/") return `${TMPDIR ?? "/tmp"}/albert-lab`;
  return os === "darwin" ? `${HOME}/Library/Caches/albert-lab` : `${HOME}/.cache/albert-lab`;
}
