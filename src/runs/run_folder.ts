/**
 * A run folder on disk: `run.json`, `events.jsonl`, `checkpoints/`, `report.html`, and the lock that gives it one owner at a time.
 *
 * @module
 */
import {
  atomicWriteFile,
  LockedError,
  parseSealed,
  removeLeftovers,
  sealedJson,
  syncFolder,
  takeLock,
  writeAll,
} from "../files/mod.ts";
import { parseLine, readJsonLines, readWholeLines } from "./json_lines.ts";

/** A run folder that cannot be used as asked. */
export class RunFolderError extends Error {
  override readonly name = "RunFolderError";
}

/** One line of `events.jsonl`. */
export type RunEvent = Readonly<Record<string, number | string | boolean>>;

const LOCK = ".lock";
const SETTINGS = "run.json";
const EVENTS = "events.jsonl";

/** Files of one JSON object a line, each with the field `step`: what was logged, norms of tensors, masked text filled in, predictions looked at. */
export const LINE_FILES = [EVENTS, "tensors.jsonl", "samples.jsonl", "reviews.jsonl"] as const;

/** A file of a run folder that grows line by line. */
export type LineFile = typeof LINE_FILES[number];

/** An open run folder. Close it to let another process in; a killed process lets go by itself. */
export class RunFolder {
  readonly path: string;
  readonly #lock: Deno.FsFile;
  readonly #open = new Map<LineFile, Deno.FsFile>();

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Opens or makes a run folder and takes its lock.
   *
   * @throws {RunFolderError} when another process owns it, named by what the lock file says.
   */
  static async open(path: string): Promise<RunFolder> {
    await Deno.mkdir(path, { recursive: true }).catch((error) => {
      throw new RunFolderError(`Cannot use ${path} as a run folder: ${error.message}`);
    });
    try {
      const lock = await takeLock(`${path}/${LOCK}`);
      await removeLeftovers(path);
      return new RunFolder(path, lock);
    } catch (error) {
      throw new RunFolderError(
        error instanceof LockedError
          ? `${path} is in use by ${error.owner}; wait for it or choose another --output`
          : (error as Error).message,
      );
    }
  }

  /** The settings that the run was started with, or null for a new run. */
  async readSettings(): Promise<Record<string, unknown> | null> {
    return await readRunSettings(this.path);
  }

  /** Writes `run.json`, with a checksum of itself. */
  async writeSettings(settings: object): Promise<void> {
    await atomicWriteFile(`${this.path}/${SETTINGS}`, sealedJson(settings));
  }

  /**
   * Cuts what `events.jsonl` and its like say of steps that a resumed run will do again, half a line at the end included.
   *
   * @param step steps that are done
   */
  async cutEvents(step: number): Promise<void> {
    for (const file of LINE_FILES) {
      const path = `${this.path}/${file}`;
      if (file === EVENTS || await exists(path)) {
        await atomicWriteFile(path, linesUpTo(path, step));
      }
    }
  }

  /** Adds a line to `events.jsonl`. */
  async appendEvent(event: RunEvent): Promise<void> {
    await this.appendLine(EVENTS, event);
  }

  /** Adds a line to a file. */
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

  /** All whole lines of `events.jsonl`. */
  async readEvents(): Promise<RunEvent[]> {
    return await readEvents(this.path);
  }

  /** Writes a file of the folder in one step. */
  async writeFile(name: string, data: string | Uint8Array): Promise<void> {
    await atomicWriteFile(`${this.path}/${name}`, data);
  }

  /** Lets go of the folder. */
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

/** All whole lines of a run folder's `events.jsonl`; none where there is no such file. */
export async function readEvents(folder: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const lines of readJsonLines<RunEvent>(`${folder}/${EVENTS}`)) events.push(...lines);
  return events;
}

/** The whole lines of a file whose `step` is not past the given one, as bytes. */
async function* linesUpTo(path: string, step: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const lines of readWholeLines(path)) {
    const kept = lines.filter((line) =>
      parseLine<RunEvent>(line).some((event) => Number(event.step) <= step)
    );
    yield encoder.encode(kept.map((line) => `${line}\n`).join(""));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * What a run folder's `run.json` says, or null where there is none.
 *
 * @throws {RunFolderError} when it is no JSON, or not what was written.
 */
export async function readRunSettings(folder: string): Promise<Record<string, unknown> | null> {
  const path = `${folder}/${SETTINGS}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  try {
    return parseSealed(text);
  } catch (error) {
    throw new RunFolderError(
      `${path} is damaged (${(error as Error).message}); restore it or start a new run elsewhere`,
    );
  }
}
