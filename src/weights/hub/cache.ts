/**
 * A model in the Hugging Face cache: `blobs/CHECKSUM` are the files, `snapshots/COMMIT` contains links to them, and `refs/BRANCH` contains the commit of a branch.
 *
 * Source: huggingface/huggingface_hub, `docs/source/en/guides/manage-cache.md` and `file_download.py`.
 *
 * @module
 */
import { atomicWriteFile, folderOf, ifExists } from "../../files/mod.ts";
import { checksumLike, isChecksum } from "./checksum.ts";
import type { HubModel } from "./model_name.ts";

const COMMIT = /^[0-9a-f]{40}$/;
/** Windows does not follow relative links with slashes. */
const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";

/** The folder `models--OWNER--NAME`. */
export class ModelCache {
  readonly #folder: string;
  readonly #locks: string;
  /** Whether the content of a blob matches its checksum. Each blob is read once. */
  readonly #intact = new Map<string, Promise<boolean>>();

  /** @param cache folder of all models; it may not exist yet */
  constructor(cache: string, { id }: HubModel) {
    const name = `models--${id.replace("/", "--")}`;
    this.#folder = `${cache}/${name}`;
    this.#locks = `${cache}/.locks/${name}`;
  }

  /** Returns the path of a blob, which may not exist yet. */
  blob(checksum: string): string {
    return `${this.#folder}/blobs/${checksum}`;
  }

  /** Returns the folder of a commit. */
  snapshot(commit: string): string {
    return `${this.#folder}/snapshots/${commit}`;
  }

  /** Returns the commit of a branch at the last download. Returns a commit unchanged. */
  async commitOf(revision: string): Promise<string | null> {
    if (COMMIT.test(revision)) return revision;
    const commit = (await ifExists(Deno.readTextFile(this.ref(revision))))?.trim() ?? "";
    return COMMIT.test(commit) ? commit : null;
  }

  /** Path of the file that contains the commit of a branch. */
  ref(revision: string): string {
    return `${this.#folder}/refs/${revision}`;
  }

  /** Whether the file of a branch contains something else than a commit in the cache. */
  async isDangling(revision: string): Promise<boolean> {
    if (COMMIT.test(revision) || !await isFile(this.ref(revision))) return false;
    const commit = await this.commitOf(revision);
    return commit === null || await ifExists(Deno.stat(this.snapshot(commit))) === null;
  }

  /** Stores the commit of a branch. */
  async rememberCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit || await this.commitOf(revision) === commit) return;
    await writeIn(this.ref(revision), commit);
  }

  /** Whether a file of a commit is in the cache and unchanged since its download. */
  async has(commit: string, file: string): Promise<boolean> {
    const path = `${this.snapshot(commit)}/${file}`;
    return await isFile(path) && await this.#isUnchanged(path);
  }

  /** Whether a blob is in the cache and matches its checksum. */
  async hasBlob(checksum: string): Promise<boolean> {
    return await isFile(this.blob(checksum)) && await this.#matches(checksum);
  }

  /** Returns a file of a commit that has changed since its download, or null. */
  async damagedFile(commit: string): Promise<string | null> {
    const folder = this.snapshot(commit);
    for await (const { name } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (await isFile(path) && !await this.#isUnchanged(path)) return path;
    }
    return null;
  }

  /** A link contains the checksum. A copy (on Windows) does not; it must not be a part of a blob. */
  async #isUnchanged(path: string): Promise<boolean> {
    const checksum = await linkedChecksum(path);
    return checksum === null ? !await this.#isCut(path) : await this.#matches(checksum);
  }

  /**
   * Whether a copy is the beginning of a blob, since the process that copied it was killed. The Hugging Face libraries
   * move blobs where links are not available, so a complete file may have no blob.
   */
  async #isCut(path: string): Promise<boolean> {
    const { size } = await Deno.stat(path);
    const end = await lastBytes(path, size);
    const blobs = await ifExists(Array.fromAsync(Deno.readDir(folderOf(this.blob("")))));
    let isCut = false;
    for (const { name } of blobs ?? []) {
      if (!isChecksum(name)) continue;
      const blob = await Deno.stat(this.blob(name));
      if (blob.size === size) return false;
      if (blob.size < size || isCut) continue;
      const part = await lastBytes(this.blob(name), size);
      isCut = end.every((byte, i) => part[i] === byte);
    }
    return isCut;
  }

  #matches(checksum: string): Promise<boolean> {
    let intact = this.#intact.get(checksum);
    if (intact === undefined) {
      intact = checksumLike(checksum, this.blob(checksum)).then((found) => found === checksum);
      this.#intact.set(checksum, intact);
    }
    return intact;
  }

  /** Whether the hub has answered that a commit has no such file. */
  async isKnownAbsent(commit: string, file: string): Promise<boolean> {
    return await isFile(`${this.#folder}/.no_exist/${commit}/${file}`);
  }

  /** Stores that a commit has no such file. */
  async rememberAbsent(commit: string, file: string): Promise<void> {
    await writeIn(`${this.#folder}/.no_exist/${commit}/${file}`, "");
  }

  /** Adds a file to the folder of a commit, as a link to its blob. The blob must be locked. */
  async link(commit: string, file: string, checksum: string): Promise<void> {
    this.#intact.delete(checksum); // a damaged blob has been downloaded again
    const path = `${this.snapshot(commit)}/${file}`;
    await Deno.mkdir(folderOf(path), { recursive: true });
    if (await linkedChecksum(path) === checksum) return;
    // Not in the folder of the commit, so that a killed process leaves no other file there.
    const unfinished = `${this.blob(checksum)}.tmp`;
    await ifExists(Deno.remove(unfinished));
    try {
      const up = Array(1 + file.split("/").length).fill("..");
      const target = [...up, "blobs", checksum].join(SEPARATOR);
      await Deno.symlink(target, unfinished, { type: "file" });
    } catch {
      // Windows restricts links to some users. The Hugging Face libraries copy there, too.
      await Deno.copyFile(this.blob(checksum), unfinished);
    }
    await Deno.rename(unfinished, path);
  }

  /** Waits until no other process, of this toolkit or a Hugging Face library, downloads a blob. Closing the returned file releases the lock. */
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

/** Returns the checksum in the name that a link leads to; null for a file that is not a link to a blob. */
async function linkedChecksum(path: string): Promise<string | null> {
  const name = (await Deno.readLink(path).catch(() => "")).split(/[\\/]/).at(-1)!;
  return isChecksum(name) ? name : null;
}

/** Reads at most 64 KiB of a file before an offset. */
async function lastBytes(path: string, offset: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.min(offset, 65_536));
  using file = await Deno.open(path);
  await file.seek(offset - bytes.length, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

async function writeIn(path: string, text: string): Promise<void> {
  await Deno.mkdir(folderOf(path), { recursive: true });
  await atomicWriteFile(path, text);
}

async function isFile(path: string): Promise<boolean> {
  return (await ifExists(Deno.stat(path)))?.isFile ?? false;
}
