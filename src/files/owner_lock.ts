/**
 * Lock files that name their owner.
 *
 * @module
 */
import { writeAll } from "./atomic_write.ts";

/** The error for a lock that another process holds. */
export class LockedError extends Error {
  override readonly name = "LockedError";
  /** The owner, for instance `process 17 on ada, started 2020-02-09T12:00:00.000Z`; `another process` if it is not known. */
  readonly owner: string;

  /** @param owner The content of the lock file. */
  constructor(owner: string) {
    super(`Locked by ${owner}`);
    this.owner = owner;
  }

  /** The sentence for the user who chose an output that the owner writes. */
  refusal(output: string): string {
    return `${output} is being written by ${this.owner}: wait for it, or choose another folder`;
  }
}

/** Returns the lock file of an output folder, which is next to it. */
export function lockFile(folder: string): string {
  return `${folder}.lock`;
}

/**
 * Locks an output folder, which may be missing, by its {@linkcode lockFile}.
 *
 * @param folder The folder, without a separator at its end.
 * @returns Disposing it removes the file and releases the lock.
 * @throws {LockedError} If another process holds the lock.
 * @throws {Error} If the file cannot be written; the message names it.
 */
export async function lockOutput(folder: string): Promise<Disposable> {
  const path = lockFile(folder);
  const lock = await takeLock(path);
  return {
    [Symbol.dispose]() {
      Deno.removeSync(path);
      lock.close();
    },
  };
}

/**
 * Locks a file and writes this process's name to it. The lock ends with the process, so a crash cannot leave the file locked.
 *
 * @param path The lock file. It is created if it is missing.
 * @returns The locked file. Closing it releases the lock.
 * @throws {LockedError} If another process holds the lock.
 * @throws {Error} If the file cannot be written; the message names it.
 */
export async function takeLock(path: string): Promise<Deno.FsFile> {
  let lock: Deno.FsFile | undefined;
  try {
    lock = await Deno.open(path, { read: true, write: true, create: true });
    if (!await lock.tryLock(true)) {
      // On Windows, the lock also prevents reading.
      const owner = await Deno.readTextFile(path).catch(() => "");
      throw new LockedError(owner.trim() || "another process");
    }
    await lock.truncate();
    const started = new Date().toISOString();
    const owner = `process ${Deno.pid} on ${hostName()}, started ${started}\n`;
    await writeAll(lock, new TextEncoder().encode(owner));
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof LockedError) throw error;
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The name of this machine, if the permissions include it (`--allow-sys=hostname`). */
function hostName(): string {
  try {
    return Deno.hostname();
  } catch {
    return "an unknown machine";
  }
}
