/**
 * Folders that appear when they are complete. Requires Deno's file access.
 *
 * @module
 */
import {
  folderOf,
  ifExists,
  linkTarget,
  LockedError,
  lockOutput,
  nameOf,
  namesIn,
  removeEmptyFolder,
  removeTemporaryFiles,
  syncFolder,
} from "../files/mod.ts";
import { ConfigError } from "../model/mod.ts";

/**
 * Checks that a folder is missing or empty.
 *
 * @throws {ConfigError} if it contains something, or is a file
 */
export async function checkNewFolder(path: string): Promise<void> {
  try {
    for (const name of await namesIn(path)) {
      throw new ConfigError(`${path} is not empty (it contains ${name}); choose another folder`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new ConfigError(`${path} is a file; choose a folder`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Writes a folder under a temporary name next to it, and renames it. If the path is a link, it remains and its folder is written. Temporary folders of killed processes are removed.
 *
 * @param path a folder for which {@linkcode checkNewFolder} succeeds
 * @param write writes the files to the folder that it is given
 * @throws {ConfigError} if another process writes the folder
 */
export async function writeNewFolder(
  path: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const target = await linkTarget(path.replace(/(?<=.)[\\/]+$/, ""));
  await Deno.mkdir(folderOf(target), { recursive: true });
  using _lock = await lockOutput(target).catch((error) => {
    if (!(error instanceof LockedError)) throw error;
    throw new ConfigError(error.refusal(path));
  });
  await removeTemporaryFiles(folderOf(target), [nameOf(target)]);
  // Not only the process id: in a container, a later process often has that of one that was killed.
  const unfinished = `${target}.${Deno.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
  await Deno.mkdir(unfinished);
  try {
    await write(unfinished);
    // Some systems do not rename to an empty folder.
    await removeEmptyFolder(target);
    await Deno.rename(unfinished, target);
  } catch (error) {
    await ifExists(Deno.remove(unfinished, { recursive: true }));
    throw error;
  }
  await syncFolder(folderOf(target));
}
