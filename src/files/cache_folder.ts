/**
 * The location of the cache. Imports nothing, since the launcher uses it before packages are available.
 *
 * @module
 */

/**
 * Returns the cache folder: `ALBERT_CACHE`, or the system's folder for caches. Without a home folder, it is the user's own one in the folder for temporary files.
 *
 * @param environment The environment variables.
 * @param os The operating system, as in `Deno.build.os`.
 * @param uid The user's number, or null if it is unknown.
 * @returns The folder. It may not exist yet.
 */
export function cacheFolder(
  environment: Record<string, string | undefined> = Deno.env.toObject(),
  os: string = Deno.build.os,
  uid: number | null = userId(),
): string {
  const { ALBERT_CACHE, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = environment;
  if (ALBERT_CACHE) return ALBERT_CACHE;
  if (os === "windows" && LOCALAPPDATA) return `${LOCALAPPDATA}\\albert-lab`;
  if (os === "windows") return temporaryCacheFolder(environment, os, uid);
  if (XDG_CACHE_HOME?.startsWith("/")) return `${XDG_CACHE_HOME}/albert-lab`;
  if (!HOME || HOME === "/") return temporaryCacheFolder(environment, os, uid);
  return os === "darwin" ? `${HOME}/Library/Caches/albert-lab` : `${HOME}/.cache/albert-lab`;
}

/**
 * Returns the cache folder of a user without a home folder. Its place is predictable and writable by everyone, so check it with {@linkcode isOfAnotherUser}.
 *
 * @param environment The environment variables.
 * @param os The operating system, as in `Deno.build.os`.
 * @param uid The user's number, or null if it is unknown.
 * @returns The folder. It may not exist yet.
 */
export function temporaryCacheFolder(
  { TEMP, TMPDIR }: Record<string, string | undefined> = Deno.env.toObject(),
  os: string = Deno.build.os,
  uid: number | null = userId(),
): string {
  if (os === "windows") return `${TEMP ?? "C:\\Windows\\Temp"}\\albert-lab`;
  return `${TMPDIR || "/tmp"}/albert-lab${uid === null ? "" : `-${uid}`}`;
}

/**
 * Whether a folder is the temporary cache folder and another user owns it, who could replace its files.
 *
 * @param folder A cache folder.
 * @returns False also if it does not exist, or this user's number is unknown.
 */
export async function isOfAnotherUser(folder: string): Promise<boolean> {
  const uid = userId();
  if (uid === null || folder !== temporaryCacheFolder()) return false;
  try {
    return (await Deno.lstat(folder)).uid !== uid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The user's number. Null on Windows, and without permission to read it. */
function userId(): number | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return state === "granted" ? Deno.uid() : null;
}
