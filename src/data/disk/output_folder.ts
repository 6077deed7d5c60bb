/**
 * Output folders that get their name when they are complete.
 *
 * @module
 */
import { folderOf, LockedError, syncFolder, takeLock } from "../../files/mod.ts";
import { INDEX_FILE } from "../index_file.ts";

/** An unfinished output folder, locked by this process. */
export class OutputFolder implements Disposable {
  /** The folder to write to until {@linkcode finish}. */
  readonly unfinished: string;
  readonly #output: string;
  readonly #lock: Deno.FsFile;

  private constructor(output: string, unfinished: string, lock: Deno.FsFile) {
    this.#output = output;
    this.unfinished = unfinished;
    this.#lock = lock;
  }

  /**
   * Locks `OUTPUT.partial`, which may contain files of an earlier attempt.
   *
   * @param output The folder to create.
   * @param overwrite Whether to replace a folder of prepared data, and to discard an earlier attempt.
   * @returns The unfinished folder.
   * @throws {Error} If `output` is not empty and must not be replaced, or another process prepares it.
   */
  static async open(output: string, overwrite: boolean): Promise<OutputFolder> {
    const path = output.replace(/[\\/]+$/, "");
    await refuseToOverwrite(path, overwrite);
    const unfinished = `${path}.partial`;
    await Deno.mkdir(unfinished, { recursive: true });
    const lock = await takeLock(`${path}.lock`).catch((error) => {
      if (!(error instanceof LockedError)) throw error;
      throw new Error(
        `${path} is being prepared by ${error.owner}: wait for it, or choose another folder`,
      );
    });
    const folder = new OutputFolder(path, unfinished, lock);
    if (overwrite) {
      await folder.clear();
      await Deno.mkdir(unfinished);
    }
    return folder;
  }

  /** Renames the folder to its final name. An old folder is removed after that. */
  async finish(): Promise<void> {
    await syncFolder(this.unfinished);
    const replaced = `${this.#output}.replaced`;
    await Deno.remove(replaced, { recursive: true }).catch(() => {/* the usual case */});
    await Deno.rename(this.#output, replaced).catch(() => {/* there was none */});
    await Deno.rename(this.unfinished, this.#output);
    await syncFolder(folderOf(this.#output));
    await Deno.remove(replaced, { recursive: true }).catch(() => {/* there was none */});
  }

  /** Removes the unfinished folder with its content. */
  async clear(): Promise<void> {
    await Deno.remove(this.unfinished, { recursive: true });
  }

  /** Releases the lock. */
  [Symbol.dispose](): void {
    Deno.removeSync(`${this.#output}.lock`);
    this.#lock.close();
  }
}

async function refuseToOverwrite(output: string, overwrite: boolean): Promise<void> {
  let names: string[];
  try {
    names = (await Array.fromAsync(Deno.readDir(output))).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new Error(`Cannot write to ${output}: ${(error as Error).message}`, { cause: error });
  }
  if (names.length === 0) return;
  if (!names.includes(INDEX_FILE)) {
    throw new Error(`${output} contains files that prepare did not write: choose another folder`);
  }
  if (!overwrite) {
    throw new Error(`${output} is not empty: choose another folder or add --overwrite`);
  }
}
