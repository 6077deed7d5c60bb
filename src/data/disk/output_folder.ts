/**
 * Output folders that get their name when they are complete.
 *
 * @module
 */
import {
  folderOf,
  ifExists,
  linkTarget,
  LockedError,
  lockFile,
  lockOutput,
  namesIn,
  syncFolder,
} from "../../files/mod.ts";
import { INDEX_FILE } from "../index_file.ts";
import { readJournal, removeJournal, writeJournal } from "./journal.ts";

/** An unfinished output folder, locked by this process. */
export class OutputFolder implements Disposable {
  /** The folder to write to until {@linkcode finish}. */
  readonly unfinished: string;
  readonly #output: string;
  readonly #overwrite: boolean;
  readonly #lock: Disposable;

  private constructor(output: string, overwrite: boolean, lock: Disposable) {
    this.#output = output;
    this.unfinished = unfinishedFolder(output);
    this.#overwrite = overwrite;
    this.#lock = lock;
  }

  /**
   * Returns the real paths of what this or an earlier attempt may have written.
   *
   * @param output The folder to create.
   */
  static async existing(output: string): Promise<string[]> {
    const path = await linkTarget(output.replace(/[\\/]+$/, ""));
    const names = [path, unfinishedFolder(path), replacedFolder(path), lockFile(path)];
    const found = await Promise.all(names.map((name) => ifExists(Deno.realPath(name))));
    return found.filter((name) => name !== null);
  }

  /**
   * Locks `OUTPUT.partial`, which may contain files of an earlier attempt.
   *
   * @param output The folder to create.
   * @param overwrite Whether to replace a folder of prepared data.
   * @returns The unfinished folder.
   * @throws {Error} If `output` is not empty and must not be replaced, or cannot be, or another process prepares it.
   */
  static async open(output: string, overwrite: boolean): Promise<OutputFolder> {
    // A link remains; its folder is replaced.
    const path = await linkTarget(output.replace(/[\\/]+$/, ""));
    await refuseToOverwrite(path, overwrite);
    await Deno.mkdir(unfinishedFolder(path), { recursive: true });
    const lock = await lockOutput(path).catch((error) => {
      if (!(error instanceof LockedError)) throw error;
      throw new Error(
        `${path} is being prepared by ${error.owner}: wait for it, or choose another folder`,
      );
    });
    const folder = new OutputFolder(path, overwrite, lock);
    try {
      await checkReplaceable(path);
    } catch (error) {
      await Deno.remove(folder.unfinished).catch(() => {/* it contains an earlier attempt */});
      folder[Symbol.dispose]();
      throw error;
    }
    return folder;
  }

  /**
   * Renames the complete folder to its final name, without its journal. An old folder is removed after that.
   *
   * @throws {Error} If the folder cannot be renamed, or the output became a folder that must not be replaced. The
   *   unfinished folder is then as it was.
   */
  async finish(): Promise<void> {
    await syncFolder(this.unfinished);
    const journal = await readJournal(this.unfinished);
    const replaced = replacedFolder(this.#output);
    try {
      await refuseToOverwrite(this.#output, this.#overwrite);
      await removeJournal(this.unfinished);
      await Deno.remove(replaced, { recursive: true }).catch(() => {/* the usual case */});
      await Deno.rename(this.#output, replaced).catch(() => {/* there was none */});
      await Deno.rename(this.unfinished, this.#output);
    } catch (cause) {
      await Deno.rename(replaced, this.#output).catch(() => {/* there was none */});
      if (journal !== undefined) await writeJournal(this.unfinished, journal);
      throw new Error(
        `Cannot rename ${this.unfinished} to ${this.#output}: ${reasonOf(cause)}; ` +
          `${this.unfinished} contains the complete data: rename it to another name`,
        { cause },
      );
    }
    await syncFolder(folderOf(this.#output));
    await Deno.remove(replaced, { recursive: true }).catch(() => {/* there was none */});
  }

  /** Removes the content of the unfinished folder. */
  async empty(): Promise<void> {
    await this.clear();
    await Deno.mkdir(this.unfinished);
  }

  /** Removes the unfinished folder with its content. */
  async clear(): Promise<void> {
    await Deno.remove(this.unfinished, { recursive: true });
  }

  /** Releases the lock. */
  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

function unfinishedFolder(output: string): string {
  return `${output}.partial`;
}

function replacedFolder(output: string): string {
  return `${output}.replaced`;
}

/**
 * Checks before any work that an existing empty folder can be renamed, which a mounted disk cannot.
 * Prepared data is not renamed until new data replaces it.
 */
async function checkReplaceable(output: string): Promise<void> {
  const names = await namesIn(output).catch(() => null);
  if (names?.length !== 0) return;
  const replaced = replacedFolder(output);
  try {
    await Deno.remove(replaced, { recursive: true }).catch(() => {/* the usual case */});
    await Deno.rename(output, replaced);
    await Deno.rename(replaced, output);
  } catch (cause) {
    throw new Error(
      `Cannot replace ${output}: ${reasonOf(cause)}; prepare renames its folder when it is ` +
        `complete, so choose a folder that does not exist, such as ${output}/data`,
      { cause },
    );
  }
}

/** The system's message without its number and the names of files. */
function reasonOf(cause: unknown): string {
  return (cause as Error).message.replace(/ \(os error \d+\)(: \w+ '.*')?$/, "");
}

async function refuseToOverwrite(output: string, overwrite: boolean): Promise<void> {
  let names: string[];
  try {
    names = await namesIn(output);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw new Error(`Cannot write to ${output}: ${(error as Error).message}`, { cause: error });
  }
  if (names.length === 0) return;
  if (!names.includes(INDEX_FILE)) {
    throw new Error(
      `${output} contains ${names[0]}, which prepare did not write: choose another folder`,
    );
  }
  if (!overwrite) {
    throw new Error(`${output} is not empty: choose another folder or add --overwrite`);
  }
}
