/**
 * Files that may be missing.
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

/** Whether an access failed because a file or folder does not exist, or because this user may not access it. */
export function isInaccessible(error: unknown): boolean {
  const { NotFound, NotADirectory, PermissionDenied } = Deno.errors;
  return [NotFound, NotADirectory, PermissionDenied].some((kind) => error instanceof kind);
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
    // A path through a file, such as notes.txt/dev, does not exist either.
    const { NotFound, NotADirectory } = Deno.errors;
    if (!(error instanceof NotFound || error instanceof NotADirectory)) throw error;
    return `${folder} does not exist; expected a folder with ${what}`;
  }
  return stat.isDirectory
    ? `${folder} does not contain ${what}`
    : `${folder} is a file; expected a folder with ${what}`;
}
