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
