/**
 * One owner at a time, known by name.
 *
 * @module
 */
import { writeAll } from "./atomic_write.ts";

/** A lock that another process holds. */
export class LockedError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "LockedError";
  /** What the owner wrote: `process 17 on ada, started 2020-02-09T12:00:00.000Z`. */
  readonly owner: string;

  /** @param owner What the lock file says. */
  constructor(owner: string) {
    super(`Locked by ${owner}`);
    this.owner = owner;
  }
}

/**
 * Takes a lock file and writes this process's name into it. The lock goes with the process, so a crash never leaves it locked.
 *
 * @param path The lock file; made where it is missing.
 * @returns The locked file: closing it lets go.
 * @throws {LockedError} When another process holds it.
 * @throws {Error} When it cannot be written; names it.
 */
export async function takeLock(path: string): Promise<Deno.FsFile> {
  let lock: Deno.FsFile | undefined;
  try {
    lock = await Deno.open(path, { read: true, write: true, create: true });
    if (!await lock.tryLock(true)) {
      const owner = (await Deno.readTextFile(path)).trim();
      throw new LockedError(owner || "another process");
    }
    await lock.truncate();
    const started = new Date().toISOString();
    const owner = `process ${Deno.pid} on ${Deno.hostname()}, started ${started}\n`;
    await writeAll(lock, new TextEncoder().encode(owner));
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof LockedError) throw error;
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
