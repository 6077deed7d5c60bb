/**
 * TensorBoard event files in a run folder.
 *
 * @module
 */
import { atomicWriteFile, writeAll } from "../../files/mod.ts";
import {
  type EventContent,
  sessionStartEvent,
  valuesEvent,
  versionEvent,
} from "./event_message.ts";
import { frameRecord } from "./record.ts";

/** An event and when it happened. */
export interface TimedEvent extends EventContent {
  /** Since 1970. */
  readonly seconds: number;
}

/** What event files are called. */
const NAME = /^events\.out\.tfevents\./;
/** Bytes of a piece of a new file. */
const PIECE = 1 << 20;

/** An event file being written. */
export class EventFile {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Starts a file that holds a run's past and takes the place of all event files there were: what a resumed run does again is in none of them.
   * A TensorBoard that is looking at the folder goes on with the new file and forgets the old.
   *
   * @param folder The run folder.
   * @param past What is to be in the file from the start.
   */
  static async start(
    folder: string,
    past: Iterable<TimedEvent> | AsyncIterable<TimedEvent>,
  ): Promise<EventFile> {
    const old = await eventFiles(folder);
    const now = Date.now() / 1000;
    // TensorBoard reads the files of a folder in the order of their names.
    const name = `events.out.tfevents.${now.toFixed(3).padStart(14, "0")}.${Deno.pid}`;
    const path = `${folder}/${name}`;
    await atomicWriteFile(path, pastRecords(now, past));
    for (const file of old) if (file !== name) await Deno.remove(`${folder}/${file}`);
    return new EventFile(await Deno.open(path, { append: true }));
  }

  /** Adds an event that has just happened. */
  async add(content: EventContent): Promise<void> {
    await writeAll(this.#file, frameRecord(valuesEvent(Date.now() / 1000, content)));
  }

  /** Ends the file. */
  close(): void {
    this.#file.close();
  }
}

/** Names of a folder's event files, in order. */
export async function eventFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && NAME.test(name)) names.push(name);
  }
  return names.sort();
}

/** The records of a new file in large pieces: a call of the system for each of a million events would take a minute. */
async function* pastRecords(
  now: number,
  past: Iterable<TimedEvent> | AsyncIterable<TimedEvent>,
): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE);
  let used = 0;
  for (const message of [versionEvent(now), sessionStartEvent(now, 0)]) {
    const record = frameRecord(message);
    piece.set(record, used);
    used += record.length;
  }
  for await (const event of past) {
    const record = frameRecord(valuesEvent(event.seconds, event));
    if (used + record.length > PIECE) {
      yield piece.subarray(0, used);
      used = 0;
    }
    if (record.length > PIECE) yield record;
    else {
      piece.set(record, used);
      used += record.length;
    }
  }
  yield piece.subarray(0, used);
}
