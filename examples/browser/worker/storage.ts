/**
 * Runs in the browser's private file system (OPFS), so that a refresh loses nothing.
 *
 * A run is a folder: `run.json` describes it, `log.jsonl` has a line per event, and `checkpoint-0` and `checkpoint-1` are written in turn, so that one of them is
 * complete whenever the page is closed.
 *
 * @module
 */
import { hexDigest } from "../link.ts";
import { Problem, problemOf } from "../problem.ts";
import type { MetricPoint, RunFacts, RunState, SamplePoint, SavedRun } from "../protocol.ts";
import type { Settings } from "../settings.ts";

/** The description of a run. */
export interface RunHeader {
  readonly settings: Settings;
  readonly textHash: string;
  readonly text: string;
  readonly started: number;
}

export type LogLine =
  | { readonly facts: RunFacts }
  | { readonly vocabulary: readonly string[] }
  | { readonly points: readonly MetricPoint[] }
  | { readonly sample: SamplePoint }
  | { readonly state: RunState; readonly message?: string };

/** What a run continues from. */
export interface Checkpoint {
  readonly step: number;
  readonly seconds: number;
  /** Parameters, first and second moments. */
  readonly tensors: readonly Float32Array<ArrayBuffer>[];
}

/** A file that a worker writes synchronously. */
interface SyncFile {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  getSize(): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** Milliseconds after which a file counts as not opened. Chromium has left such a request without an answer. */
const OPEN_LIMIT = 30_000;

/** The files of one run. While they are open, no other tab can open them. */
export class RunFiles {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #log: SyncFile;
  readonly #checkpoints: readonly SyncFile[];
  #nextCheckpoint = 0;

  private constructor(
    folder: FileSystemDirectoryHandle,
    log: SyncFile,
    checkpoints: readonly SyncFile[],
  ) {
    this.#folder = folder;
    this.#log = log;
    this.#checkpoints = checkpoints;
  }

  /** Opens the files of a run, and creates those that do not exist. */
  static async open(run: string): Promise<RunFiles> {
    const folder = await (await runsFolder()).getDirectoryHandle(run, { create: true });
    const files: SyncFile[] = [];
    try {
      for (const name of ["log.jsonl", "checkpoint-0", "checkpoint-1"]) {
        files.push(await openSync(folder, name));
      }
      return new RunFiles(folder, files[0], files.slice(1));
    } catch (error) {
      for (const file of files) file.close();
      throw problemOf(error, "open the run");
    }
  }

  /** Writes the description. */
  async writeHeader(header: RunHeader): Promise<void> {
    await this.writeFile("run.json", new TextEncoder().encode(JSON.stringify(header)));
  }

  /** Writes a file of another name. */
  async writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const file = await openSync(this.#folder, name);
    try {
      file.truncate(0);
      file.write(bytes, { at: 0 });
      file.flush();
    } finally {
      file.close();
    }
  }

  /** Reads a file; null if it does not exist. */
  async readFile(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      const file = await (await this.#folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      if ((error as DOMException).name === "NotFoundError") return null;
      throw error;
    }
  }

  /** Reads the description. */
  async readHeader(): Promise<RunHeader> {
    return JSON.parse(await readText(this.#folder, "run.json"));
  }

  /** Appends lines to the log. */
  append(lines: readonly LogLine[]): void {
    this.#log.write(encodeLog(lines), { at: this.#log.getSize() });
  }

  /** Reads the log. A line that was cut off when the page was closed is left out. */
  readLog(): LogLine[] {
    return parseLog(new TextDecoder().decode(contentOf(this.#log)));
  }

  /** Replaces the log. If that fails, it is not lost. */
  rewriteLog(lines: readonly LogLine[]): void {
    const bytes = encodeLog(lines);
    this.#log.write(bytes, { at: 0 });
    this.#log.truncate(bytes.length);
    this.#log.flush();
  }

  /** Writes a checkpoint over the older one. */
  async writeCheckpoint({ step, seconds, tensors }: Checkpoint): Promise<void> {
    const lengths = tensors.map(({ length }) => length);
    const body = new Uint8Array(4 * lengths.reduce((a, b) => a + b, 0));
    let at = 0;
    for (const tensor of tensors) {
      body.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), at);
      at += tensor.byteLength;
    }
    const sha256 = await hexDigest(body);
    const head = new TextEncoder().encode(JSON.stringify({ step, seconds, lengths, sha256 }));
    const bytes = new Uint8Array(4 + head.length + body.length);
    new DataView(bytes.buffer).setUint32(0, head.length, true);
    bytes.set(head, 4);
    bytes.set(body, 4 + head.length);
    const file = this.#checkpoints[this.#nextCheckpoint];
    this.#nextCheckpoint = 1 - this.#nextCheckpoint;
    this.#log.flush();
    file.truncate(bytes.length);
    file.write(bytes, { at: 0 });
    file.flush();
  }

  /** Reads the newest complete checkpoint; null if there is none. */
  async readCheckpoint(): Promise<Checkpoint | null> {
    let newest: Checkpoint | null = null;
    for (const [index, file] of this.#checkpoints.entries()) {
      const found = await parseCheckpoint(contentOf(file)).catch(() => null);
      if (found === null || (newest !== null && newest.step > found.step)) continue;
      newest = found;
      this.#nextCheckpoint = 1 - index;
    }
    return newest;
  }

  /** Closes the files. */
  close(): void {
    for (const file of [this.#log, ...this.#checkpoints]) file.close();
  }
}

/**
 * The stored runs, newest first. Left out are those that another tab has opened, and those without a description, whose start was interrupted.
 *
 * @param open files of the runs that this worker has opened
 */
export async function listRuns(open: ReadonlyMap<string, RunFiles>): Promise<SavedRun[]> {
  const runs: SavedRun[] = [];
  for await (const [run, handle] of (await runsFolder()).entries()) {
    if (handle.kind !== "directory") continue;
    try {
      const folder = handle as FileSystemDirectoryHandle;
      const { text: _, ...header }: RunHeader = JSON.parse(await readText(folder, "run.json"));
      const lines = open.get(run)?.readLog() ?? parseLog(await readText(folder, "log.jsonl"));
      runs.push({ run, ...header, ...summaryOf(lines) });
    } catch {
      continue;
    }
  }
  return runs.sort((a, b) => b.started - a.started);
}

/** Deletes the folder of a run, unless another tab has opened it. */
export async function deleteRun(run: string): Promise<void> {
  (await RunFiles.open(run)).close();
  await (await runsFolder()).removeEntry(run, { recursive: true }).catch((error) => {
    if ((error as DOMException).name !== "NotFoundError") throw error;
  });
}

/** What the lines of a log add up to. */
export function summaryOf(
  lines: readonly LogLine[],
): Pick<SavedRun, "state" | "message" | "facts" | "vocabulary" | "points" | "samples"> {
  let state: RunState = "preparing";
  let message: string | null = null;
  let facts: RunFacts | null = null;
  let vocabulary: readonly string[] = [];
  const points: MetricPoint[] = [];
  const samples: SamplePoint[] = [];
  for (const line of lines) {
    if ("state" in line) [state, message] = [line.state, line.message ?? null];
    else if ("facts" in line) facts = line.facts;
    else if ("vocabulary" in line) vocabulary = line.vocabulary;
    else if ("points" in line) points.push(...line.points);
    else samples.push(line.sample);
  }
  return { state, message, facts, vocabulary, points, samples };
}

async function runsFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return await root.getDirectoryHandle("runs", { create: true });
}

async function openSync(folder: FileSystemDirectoryHandle, name: string): Promise<SyncFile> {
  const file = await folder.getFileHandle(name, { create: true });
  // TypeScript has this method in the library of workers only.
  const opened = (file as unknown as { createSyncAccessHandle(): Promise<SyncFile> })
    .createSyncAccessHandle();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      late.reject(new Problem("The browser did not open the files of the run. Reload the page."));
    },
    OPEN_LIMIT,
  );
  try {
    return await Promise.race([opened, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function readText(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  return await (await (await folder.getFileHandle(name)).getFile()).text();
}

function contentOf(file: SyncFile): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(file.getSize());
  file.read(bytes, { at: 0 });
  return bytes;
}

function encodeLog(lines: readonly LogLine[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function parseLog(text: string): LogLine[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });
}

async function parseCheckpoint(bytes: Uint8Array<ArrayBuffer>): Promise<Checkpoint> {
  const start = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const { step, seconds, lengths, sha256 } = head as {
    step: number;
    seconds: number;
    lengths: number[];
    sha256: string;
  };
  const body = bytes.slice(start);
  if (await hexDigest(body) !== sha256) throw new Error("the checkpoint is incomplete");
  let at = 0;
  const tensors = lengths.map((length) => {
    const tensor = new Float32Array(body.buffer, at, length);
    at += tensor.byteLength;
    return tensor;
  });
  return { step, seconds, tensors };
}
