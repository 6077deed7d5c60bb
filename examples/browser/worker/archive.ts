/**
 * Model folders as zip files.
 *
 * @module
 */
import { unzipSync, type Zippable, zipSync } from "fflate";

/** Weights hardly become smaller by compression. */
const STORED = /\.safetensors$/;

/**
 * Returns a zip file of a folder.
 *
 * @param folder name of the folder in the zip file
 */
export function zipFolder(
  folder: string,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [name, bytes] of files) {
    entries[`${folder}/${name}`] = [bytes, { level: STORED.test(name) ? 0 : 6 }];
  }
  return new Uint8Array(zipSync(entries));
}

/** Returns the files of a zip file by path. */
export function unzipFiles(bytes: Uint8Array): Map<string, Uint8Array<ArrayBuffer>> {
  const entries = Object.entries(unzipSync(bytes));
  return new Map(
    entries.filter(([path]) => !path.endsWith("/")).map((
      [path, content],
    ) => [path, new Uint8Array(content)]),
  );
}
