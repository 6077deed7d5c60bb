/**
 * Clearing up after processes that were killed while they wrote.
 *
 * @module
 */

/** What {@linkcode atomicWriteFile} calls its temporary files: name, process, random part. */
const TEMPORARY = /^(.+)\.\d+-[0-9a-f]{8}\.tmp$/;

/**
 * Removes the temporary files that killed processes left in a folder. Call it only where no other process can be writing: after
 * taking the folder's lock, or for names that nobody else writes.
 *
 * @param folder The folder; it may be missing.
 * @param names Names whose temporary files go; all where absent.
 */
export async function removeLeftovers(folder: string, names?: readonly string[]): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name } of entries) {
    const target = TEMPORARY.exec(name)?.[1];
    if (target === undefined || names !== undefined && !names.includes(target)) continue;
    await Deno.remove(`${folder}/${name}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
