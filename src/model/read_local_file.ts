/**
 * Reading a file where the platform has files. A browser has none, so nothing here names Deno to the type checker.
 *
 * @module
 */

/** The part of Deno that is needed. */
interface FileReader {
  readFile(path: string | URL): Promise<Uint8Array>;
  readonly errors: { readonly NotFound: new (message: string) => Error };
}

/**
 * The bytes of a file, or null when there is no such file.
 *
 * @throws {TypeError} where the platform has no files.
 */
export async function readLocalFile(path: string): Promise<Uint8Array | null> {
  const { Deno: platform } = globalThis as { Deno?: FileReader };
  if (platform === undefined) {
    throw new TypeError(`Cannot read ${path}: a browser has no files, give a URL`);
  }
  try {
    return await platform.readFile(path.startsWith("file:") ? new URL(path) : path);
  } catch (error) {
    if (error instanceof platform.errors.NotFound) return null;
    throw error;
  }
}
