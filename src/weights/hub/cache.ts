/**
 * One model in Hugging Face's cache: contents under `blobs`, named by their checksum; `snapshots/COMMIT` with links to them; `refs` from branch to commit.
 *
 * Source: huggingface/huggingface_hub, `docs/source/en/guides/manage-cache.md` and `file_download.py`.
 *
 * @module
 */
import { atomicWriteFile, folderOf } from "../../files/mod.ts";
import type { HubModel } from "./model_name.ts";

const COMMIT = /^[0-9a-f]{40}$/;

/** The folder `models--OWNER--NAME`. */
export class ModelCache {
  readonly #folder: string;
  readonly #locks: string;

  /** @param cache folder of all models; nothing is made in it yet. */
  constructor(cache: string, { id }: HubModel) {
    const name = `models--${id.replace("/", "--")}`;
    this.#folder = `${cache}/${name}`;
    this.#locks = `${cache}/.locks/${name}`;
  }

  /** Where contents with a checksum are, or will be. */
  blob(checksum: string): string {
    return `${this.#folder}/blobs/${checksum}`;
  }

  /** The folder of a commit's files. */
  snapshot(commit: string): string {
    return `${this.#folder}/snapshots/${commit}`;
  }

  /** The commit that a branch had when it was last asked for; a commit stands for itself. */
  async commitOf(revision: string): Promise<string | null> {
    if (COMMIT.test(revision)) return revision;
    try {
      const commit = (await Deno.readTextFile(`${this.#folder}/refs/${revision}`)).trim();
      return COMMIT.test(commit) ? commit : null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  }

  /** Remembers the commit of a branch. */
  async rememberCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit || await this.commitOf(revision) === commit) return;
    await writeIn(`${this.#folder}/refs/${revision}`, commit);
  }

  /** Whether a file of a commit is here. */
  async has(commit: string, file: string): Promise<boolean> {
    return await isFile(`${this.snapshot(commit)}/${file}`);
  }

  /** Whether contents are here. */
  async hasBlob(checksum: string): Promise<boolean> {
    return await isFile(this.blob(checksum));
  }

  /** Whether the hub said that a commit has no such file. */
  async isKnownAbsent(commit: string, file: string): Promise<boolean> {
    return await isFile(`${this.#folder}/.no_exist/${commit}/${file}`);
  }

  /** Remembers that a commit has no such file. */
  async rememberAbsent(commit: string, file: string): Promise<void> {
    await writeIn(`${this.#folder}/.no_exist/${commit}/${file}`, "");
  }

  /** Puts a file with these contents into a commit's folder. */
  async link(commit: string, file: string, checksum: string): Promise<void> {
    const folder = this.snapshot(commit);
    await Deno.mkdir(folder, { recursive: true });
    const path = `${folder}/${file}`;
    // A link whose contents were removed is in the way.
    if (!await isFile(path)) await Deno.remove(path).catch(ignoreMissing);
    try {
      await Deno.symlink(`../../blobs/${checksum}`, path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return;
      // Windows allows links only to some users; Hugging Face's libraries copy there too.
      await Deno.copyFile(this.blob(checksum), path);
    }
  }

  /** Waits until no other process, of this toolkit or of Hugging Face's, downloads these contents. Closing the file lets go. */
  async lock(checksum: string): Promise<Deno.FsFile> {
    await Deno.mkdir(this.#locks, { recursive: true });
    await Deno.mkdir(folderOf(this.blob(checksum)), { recursive: true });
    const file = await Deno.open(`${this.#locks}/${checksum}.lock`, { write: true, create: true });
    try {
      await file.lock(true);
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

async function writeIn(path: string, text: string): Promise<void> {
  await Deno.mkdir(folderOf(path), { recursive: true });
  await atomicWriteFile(path, text);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
