/**
 * Files and folders that may be missing, inaccessible or empty.
 *
 * @module
 */

/**
 * Waits for an access to a file or folder; returns null if it does not exist.
 *
 * @example Read a file that may be missing
 * ```ts
 * import { ifExists } from "./if_exists.ts";
 *
 * const text = await ifExists(Deno.readTextFile("no/such/file"));
 * if (text !== null) throw new Error(text);
 * ```
 */
export async function ifExists<T>(access: Promise<T>): Promise<T | null> {
  try {
    return await access;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Whether an access failed because a path does not exist. A path through a file, such as notes.txt/dev, does not exist either. */
export function isMissing(error: unknown): boolean {
  const { NotFound, NotADirectory } = Deno.errors;
  return error instanceof NotFound || error instanceof NotADirectory;
}

/** Whether an access failed because a file or folder does not exist, or because this user may not access it. */
export function isInaccessible(error: unknown): boolean {
  return isMissing(error) || error instanceof Deno.errors.PermissionDenied;
}

/** Waits for an access to a file or folder; returns null if {@linkcode isInaccessible}. */
export async function ifAccessible<T>(access: Promise<T>): Promise<T | null> {
  try {
    return await access;
  } catch (error) {
    if (isInaccessible(error)) return null;
    throw error;
  }
}

/**
 * Returns the start of an error about a folder that lacks what a caller needs: the folder does not exist, is a file, or does not contain `what`.
 *
 * @example A data folder whose name is misspelled
 * ```ts
 * import { lacks } from "./if_exists.ts";
 *
 * const error = lacks("no/such/folder", "dev.tsv");
 * if (error !== "no/such/folder does not exist; expected a folder with dev.tsv") throw new Error(error);
 * ```
 */
export function lacks(folder: string, what: string): string {
  let stat: Deno.FileInfo;
  try {
    stat = Deno.statSync(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return `${folder} does not exist; expected a folder with ${what}`;
  }
  return stat.isDirectory
    ? `${folder} does not contain ${what}`
    : `${folder} is a file; expected a folder with ${what}`;
}

/** Files that the file managers of macOS and Windows write to folders that they show. */
const HIDDEN = /^(\.DS_Store|desktop\.ini|Thumbs\.db)$/i;

/**
 * Returns the names in a folder, without the hidden files of file managers.
 *
 * @param folder The folder.
 * @returns None if a user considers the folder empty.
 * @throws {Deno.errors.NotFound} If it does not exist.
 */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => !HIDDEN.test(name));
}

/**
 * Removes an empty folder, with the hidden files of file managers.
 *
 * @param folder The folder. It may be missing.
 * @throws {Error} If it contains other files; all of its files remain.
 */
export async function removeEmptyFolder(folder: string): Promise<void> {
  const names = await ifExists(Array.fromAsync(Deno.readDir(folder), ({ name }) => name)) ?? [];
  if (names.every((name) => HIDDEN.test(name))) {
    for (const name of names) await ifExists(Deno.remove(`${folder}/${name}`));
  }
  // The system rejects a folder that is not empty.
  await ifExists(Deno.remove(folder));
}
