/**
 * CSV files of a run folder: `train.csv` has a line per logged step, `eval.csv` a line per evaluation.
 *
 * @module
 */
import { atomicWriteFile, writeAll } from "../files/mod.ts";
import { csvColumns, csvLine, type EventKind, eventKind, eventsCsv } from "./csv.ts";
import { readJsonLines } from "./json_lines.ts";
import { isRunEvent, type RunEvent } from "./lines.ts";

const KINDS: readonly EventKind[] = ["train", "eval"];

/** An open file and its columns. */
interface CsvFile {
  readonly file: Deno.FsFile;
  readonly columns: readonly string[];
}

/** The CSV files of an open run folder. */
export class CsvLog {
  readonly #folder: string;
  readonly #files = new Map<EventKind, CsvFile>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes the files from the events so far. A resumed run must have removed the events that it repeats. */
  static async start(folder: string): Promise<CsvLog> {
    const log = new CsvLog(folder);
    for (const kind of KINDS) await log.#write(kind);
    return log;
  }

  /** Adds an event that is already in `events.jsonl`. A new field becomes a new column. */
  async add(event: RunEvent): Promise<void> {
    const kind = eventKind(event);
    const open = this.#files.get(kind);
    const known = open !== undefined &&
      Object.keys(event).every((field) => open.columns.includes(field));
    if (!known) return await this.#write(kind);
    await writeAll(open.file, new TextEncoder().encode(`${csvLine(open.columns, event)}\n`));
  }

  /** Closes the files. */
  close(): void {
    for (const { file } of this.#files.values()) file.close();
    this.#files.clear();
  }

  /** Writes a file from the events; none without events of its kind. */
  async #write(kind: EventKind): Promise<void> {
    const events: RunEvent[] = [];
    for await (const lines of readJsonLines<unknown>(`${this.#folder}/events.jsonl`)) {
      events.push(...lines.filter(isRunEvent).filter((event) => eventKind(event) === kind));
    }
    this.#files.get(kind)?.file.close();
    this.#files.delete(kind);
    if (events.length === 0) return;
    const path = `${this.#folder}/${kind}.csv`;
    await atomicWriteFile(path, eventsCsv(events));
    const file = await Deno.open(path, { append: true });
    this.#files.set(kind, { file, columns: csvColumns(events) });
  }
}
