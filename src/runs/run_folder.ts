/**
 * A run folder on disk: `run.json`, `events.jsonl`, `checkpoints/`, `report.html`, and a lock that allows one owner at a time.
 *
 * @module
 */
import {
  atomicWriteFile,
  ifExists,
  isMissing,
  lacks,
  LockedError,
  parseSealed,
  removeTemporaryFiles,
  sealedJson,
  syncFolder,
  takeLock,
  writeAll,
} from "../files/mod.ts";
import { parseLine, readJsonLines, readWholeLines } from "./json_lines.ts";
import type { RunEvent } from "./lines.ts";

/** Thrown if a run folder cannot be used: it is locked, damaged, or not a run folder. */
export class RunFolderError extends Error {
  /** The name of the class. */
  override readonly name = "RunFolderError";
}

const LOCK = ".lock";
const SETTINGS = "run.json";
const EVENTS = "events.jsonl";

/** The log files of a run: one JSON object with the field `step` per line. */
export const LINE_FILES = [EVENTS, "tensors.jsonl", "samples.jsonl", "reviews.jsonl"] as const;

/** The name of a log file. */
export type LineFile = typeof LINE_FILES[number];

/** An open, locked run folder. `close()` releases the lock, and so does the end of the process. */
export class RunFolder {
  /** Path of the folder. */
  readonly path: string;
  readonly #lock: Deno.FsFile;
  readonly #open = new Map<LineFile, Deno.FsFile>();

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Opens or creates a run folder and takes its lock.
   *
   * @throws {RunFolderError} If another process holds the lock; the message names it.
   */
  static async open(path: string): Promise<RunFolder> {
    await Deno.mkdir(path, { recursive: true }).catch((error) => {
      const reason = error instanceof Deno.errors.AlreadyExists
        ? "it is a file, or a link to a folder that does not exist"
        : error.message;
      throw new RunFolderError(`Cannot use ${path} as a run folder: ${reason}`);
    });
    try {
      const lock = await takeLock(`${path}/${LOCK}`);
      await removeTemporaryFiles(path);
      return new RunFolder(path, lock);
    } catch (error) {
      throw new RunFolderError(
        error instanceof LockedError
          ? `${path} is in use by ${error.owner}; wait for it or choose another --output`
          : (error as Error).message,
      );
    }
  }

  /** Reads the settings that the run was started with; null for a new run. */
  async readSettings(): Promise<Record<string, unknown> | null> {
    return await readRunSettings(this.path);
  }

  /** Writes `run.json` with its own checksum. */
  async writeSettings(settings: object): Promise<void> {
    await atomicWriteFile(`${this.path}/${SETTINGS}`, sealedJson(settings));
  }

  /**
   * Removes the lines of later steps, and an incomplete last line, from all log files.
   *
   * @param step the last completed step
   */
  async cutEvents(step: number): Promise<void> {
    for (const file of LINE_FILES) {
      const path = `${this.path}/${file}`;
      if (file === EVENTS || await ifExists(Deno.stat(path)) !== null) {
        await atomicWriteFile(path, linesUpTo(path, step));
      }
    }
  }

  /** Appends a line to `events.jsonl`. */
  async appendEvent(event: RunEvent): Promise<void> {
    await this.appendLine(EVENTS, event);
  }

  /** Appends a line to a log file. */
  async appendLine(name: LineFile, value: { readonly step?: unknown }): Promise<void> {
    const path = `${this.path}/${name}`;
    try {
      let file = this.#open.get(name);
      if (file === undefined) {
        file = await Deno.open(path, { append: true, create: true });
        this.#open.set(name, file);
      }
      await writeAll(file, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
    } catch (error) {
      throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Reads all complete lines of `events.jsonl`. */
  async readEvents(): Promise<RunEvent[]> {
    return await readEvents(this.path);
  }

  /** Writes a file of the folder atomically. */
  async writeFile(name: string, data: string | Uint8Array): Promise<void> {
    await atomicWriteFile(`${this.path}/${name}`, data);
  }

  /** Syncs the log files and releases the lock. */
  async close(): Promise<void> {
    try {
      for (const file of this.#open.values()) await file.sync();
      await syncFolder(this.path);
    } finally {
      for (const file of this.#open.values()) file.close();
      this.#lock.close();
    }
  }
}

/**
 * Reads all complete lines of a run folder's `events.jsonl`; returns none if the file does not exist.
 *
 * @throws {RunFolderError} If the folder is a file.
 */
export async function readEvents(folder: string): Promise<RunEvent[]> {
  return (await Array.fromAsync(readLog<RunEvent>(folder, EVENTS))).flat();
}

/**
 * Yields the values of a log file of a run folder, in chunks; none if the file does not exist. Lines that are not valid JSON are skipped.
 *
 * @throws {RunFolderError} If the folder is a file.
 */
export async function* readLog<T>(folder: string, name: LineFile): AsyncGenerator<T[]> {
  try {
    yield* readJsonLines<T>(`${folder}/${name}`);
  } catch (error) {
    throw isMissing(error) ? new RunFolderError(lacks(folder, name)) : error;
  }
}

/** Yields the complete lines of a file up to a step, as bytes. */
async function* linesUpTo(path: string, step: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const lines of readWholeLines(path)) {
    const kept = lines.filter((line) =>
      parseLine<RunEvent>(line).some((event) => Number(event.step) <= step)
    );
    yield encoder.encode(kept.map((line) => `${line}\n`).join(""));
  }
}

/**
 * Reads a run folder's `run.json`; returns null if there is none.
 *
 * @throws {RunFolderError} If it is not valid JSON, its checksum does not match, or the folder is a file.
 */
export async function readRunSettings(folder: string): Promise<Record<string, unknown> | null> {
  const path = `${folder}/${SETTINGS}`;
  const text = await ifExists(Deno.readTextFile(path)).catch((error) => {
    throw isMissing(error) ? new RunFolderError(lacks(folder, SETTINGS)) : error;
  });
  if (text === null) return null;
  try {
    return parseSealed(text);
  } catch (error) {
    throw new RunFolderError(
      `${path} is damaged (${
        (error as Error).message
      }); restore it, or start a new run in another folder`,
    );
  }
}
