/**
 * Where a program keeps what it can make again.
 *
 * @module
 */

/**
 * The folder for what can be made again: `ALBERT_CACHE`, or the system's place for caches, or, where
 * there is no home, one under the temporary folder.
 *
 * @param environment The environment's variables.
 * @param os The system, as `Deno.build.os` names it.
 * @returns The folder; there need not be one yet.
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
