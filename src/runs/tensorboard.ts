/**
 * TensorBoard event files: TensorFlow record files of `Event` messages with scalars and text.
 *
 * Sources: tensorflow/core/util/event.proto, tensorflow/core/framework/{summary,tensor}.proto, tensorflow/core/lib/hash/crc32c.h.
 *
 * @module
 */
import { PbfWriter } from "pbf";
import { atomicWriteFile, writeAll } from "../files/mod.ts";

/** The values of an event. */
export interface EventContent {
  /** The optimizer step. */
  readonly step?: number;
  /** Scalars by tag. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Markdown by tag, for the text page. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** An event with its time. */
export interface TimedEvent extends EventContent {
  /** Seconds since 1970. */
  readonly seconds: number;
}

const NAME = /^events\.out\.tfevents\./;
/** Bytes per write of a new file. */
const CHUNK = 1 << 20;

/** An open event file in a run folder. */
export class EventFile {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Starts a file with the earlier events of a run. It replaces all existing event files, so steps that a resumed run repeats appear only once. A running
   * TensorBoard switches to the new file.
   *
   * @param folder the run folder
   * @param past events to write first
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

  /** Appends an event with the current time. */
  async add(content: EventContent): Promise<void> {
    await writeAll(this.#file, frameRecord(valuesEvent(Date.now() / 1000, content)));
  }

  /** Closes the file. */
  close(): void {
    this.#file.close();
  }
}

/** Names of a folder's event files, sorted. */
export async function eventFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && NAME.test(name)) names.push(name);
  }
  return names.sort();
}

/** The records of a new file in large chunks: one system call per event would take a minute for a million events. */
async function* pastRecords(
  now: number,
  past: Iterable<TimedEvent> | AsyncIterable<TimedEvent>,
): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK);
  let used = 0;
  for (const message of [versionEvent(now), sessionStartEvent(now, 0)]) {
    const record = frameRecord(message);
    chunk.set(record, used);
    used += record.length;
  }
  for await (const event of past) {
    const record = frameRecord(valuesEvent(event.seconds, event));
    if (used + record.length > CHUNK) {
      yield chunk.subarray(0, used);
      used = 0;
    }
    if (record.length > CHUNK) yield record;
    else {
      chunk.set(record, used);
      used += record.length;
    }
  }
  yield chunk.subarray(0, used);
}

/** Fields of `events.jsonl` that are not values. */
const COORDINATES = new Set(["step", "time"]);
const HELD_OUT = "eval_";

/** A line of `events.jsonl` as scalars: `loss` becomes `train/loss`, `eval_loss` becomes `eval/loss`. Fields that are not numbers are skipped. */
export function eventScalars(event: Readonly<Record<string, unknown>>): EventContent {
  const scalars: Record<string, number> = {};
  for (const [field, value] of Object.entries(event)) {
    if (typeof value !== "number" || COORDINATES.has(field)) continue;
    const tag = field.startsWith(HELD_OUT)
      ? `eval/${field.slice(HELD_OUT.length)}`
      : `train/${field}`;
    scalars[tag] = value;
  }
  return { step: Number(event.step), scalars };
}

/** A line of `tensors.jsonl` as scalars: `gradient_norm/NAME`, `parameter_norm/NAME`, `trust_ratio/NAME`. */
export function tensorScalars(
  { step, tensors }: {
    readonly step: number;
    readonly tensors: Readonly<Record<string, object>>;
  },
): EventContent {
  const scalars: Record<string, number> = {};
  for (const [name, figures] of Object.entries(tensors)) {
    for (const [field, value] of Object.entries(figures)) {
      if (typeof value === "number") scalars[`${field}/${name}`] = value;
    }
  }
  return { step, scalars };
}

/** Settings for the text page: JSON in a Markdown code block. */
export function settingsText(settings: unknown): string {
  // A block indented by four spaces cannot be ended by its own text.
  return JSON.stringify(settings, null, 2).split("\n").map((line) => `    ${line}`).join("\n");
}

/** `SessionLog.START`: TensorBoard discards later steps of older files. */
const SESSION_START = 1;
/** `DataType.DT_STRING`. */
const STRING_TYPE = 7;

/** The first event of every file. */
function versionEvent(seconds: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, seconds);
  pbf.writeStringField(3, "brain.Event:2");
  return pbf.finish();
}

/**
 * The event that starts a session: it invalidates what earlier files of the folder have for this step and later ones.
 *
 * @param seconds since 1970
 * @param step first step of the session
 */
function sessionStartEvent(seconds: number, step: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, seconds);
  pbf.writeVarintField(2, step);
  pbf.writeMessage(7, (start: number, log) => log.writeVarintField(1, start), SESSION_START);
  return pbf.finish();
}

function valuesEvent(
  seconds: number,
  { step = 0, scalars = {}, texts = {} }: EventContent,
): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, seconds);
  if (step !== 0) pbf.writeVarintField(2, step);
  pbf.writeMessage(5, writeSummary, { scalars, texts });
  return pbf.finish();
}

function writeSummary(
  { scalars, texts }: Required<Pick<EventContent, "scalars" | "texts">>,
  pbf: PbfWriter,
): void {
  for (const scalar of Object.entries(scalars)) pbf.writeMessage(1, writeScalar, scalar);
  for (const text of Object.entries(texts)) pbf.writeMessage(1, writeText, text);
}

function writeScalar([tag, value]: [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}

function writeText([tag, text]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeMessage(8, writeTensor, text);
  pbf.writeMessage(9, writeMetadata, "text");
}

/** A scalar tensor of type string. */
function writeTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, STRING_TYPE);
  pbf.writeMessage(2, () => {}, null);
  pbf.writeBytesField(8, new TextEncoder().encode(text));
}

function writeMetadata(plugin: string, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name: string, data) => data.writeStringField(1, name), plugin);
}

/** Bytes of a record before and after its data. */
const HEADER = 12;
const FOOTER = 4;

/** Frames data as a TensorFlow record: length, checksum of the length, data, checksum of the data. */
export function frameRecord(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(frame.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(frame.subarray(0, 8)), true);
  frame.set(data, HEADER);
  view.setUint32(HEADER + data.length, maskedCrc32c(data), true);
  return frame;
}

/** The Castagnoli polynomial 0x1EDC6F41 with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli) as an unsigned 32-bit number; 0xe3069283 for the ASCII digits 1 to 9. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The checksum as record files store it: rotated right by 15 bits, plus a constant, because a CRC over data that contains CRCs is weak. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
