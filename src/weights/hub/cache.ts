/**
 * One model in Hugging Face's cache: contents under `blobs`, named by their checksum; `snapshots/COMMIT` with links to them; `refs` from branch to commit.
 *
 * Source: huggingface/huggingface_hub, `docs/source/en/guides/manage-cache.md` and `file_download.py`.
 *
 * @module
 */
import { atomicWriteFile, folderOf } from "../../files/mod.ts";
import { checksumLike, isChecksum } from "./checksum.ts";
import type { HubModel } from "./model_name.ts";

const COMMIT = /^[0-9a-f]{40}$/;

/** The folder `models--OWNER--NAME`. */
export class ModelCache {
  readonly #folder: string;
  readonly #locks: string;
  /** Which contents were found to be those of their checksum, so that each is read but once. */
  readonly #whole = new Map<string, Promise<boolean>>();

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

  /** Whether a file of a commit is here, with the bytes that it was downloaded with. */
  async has(commit: string, file: string): Promise<boolean> {
    const path = `${this.snapshot(commit)}/${file}`;
    return await isFile(path) && await this.#isWhole(path);
  }

  /** Whether contents are here and whole. */
  async hasBlob(checksum: string): Promise<boolean> {
    return await isFile(this.blob(checksum)) && await this.#matches(checksum);
  }

  /** The first file of a commit whose bytes changed since they were downloaded, or null. */
  async damagedFile(commit: string): Promise<string | null> {
    const folder = this.snapshot(commit);
    for await (const { name } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (await isFile(path) && !await this.#isWhole(path)) return path;
    }
    return null;
  }

  /** A link names its contents by their checksum; of a copy nobody knows what it should be. */
  async #isWhole(path: string): Promise<boolean> {
    const target = await Deno.readLink(path).catch(() => "");
    const checksum = target.slice(target.lastIndexOf("/") + 1);
    return !isChecksum(checksum) || await this.#matches(checksum);
  }

  #matches(checksum: string): Promise<boolean> {
    let whole = this.#whole.get(checksum);
    if (whole === undefined) {
      whole = checksumLike(checksum, this.blob(checksum)).then((found) => found === checksum);
      this.#whole.set(checksum, whole);
    }
    return whole;
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
    this.#whole.delete(checksum); // contents that were damaged have been downloaded anew
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
