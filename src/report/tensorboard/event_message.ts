/**
 * TensorFlow's `Event` message, as far as scalars and text need it.
 *
 * Source: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto, tensor.proto.
 *
 * @module
 */
import { PbfWriter } from "pbf";

/** Says that the file's events start here; TensorBoard then forgets later steps of older files. */
const SESSION_START = 1;
/** TensorFlow's number for a tensor of strings. */
const STRING_TYPE = 7;

/** What an event holds besides its time. */
export interface EventContent {
  /** The optimizer step. */
  readonly step?: number;
  /** Scalars by tag. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Markdown by tag, for the text page. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The event that every file begins with. */
export function versionEvent(seconds: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, seconds);
  pbf.writeStringField(3, "brain.Event:2");
  return pbf.finish();
}

/**
 * The event that starts a session: what earlier files of the folder say of this step and later ones is void.
 *
 * @param seconds since 1970
 * @param step first step of the session
 */
export function sessionStartEvent(seconds: number, step: number): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, seconds);
  pbf.writeVarintField(2, step);
  pbf.writeMessage(7, (start: number, log) => log.writeVarintField(1, start), SESSION_START);
  return pbf.finish();
}

/**
 * An event with values.
 *
 * @param seconds since 1970
 */
export function valuesEvent(
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

/** A tensor of one string, without dimensions. */
function writeTensor(text: string, pbf: PbfWriter): void {
  pbf.writeVarintField(1, STRING_TYPE);
  pbf.writeMessage(2, () => {}, null);
  pbf.writeBytesField(8, new TextEncoder().encode(text));
}

function writeMetadata(plugin: string, pbf: PbfWriter): void {
  pbf.writeMessage(1, (name: string, data) => data.writeStringField(1, name), plugin);
}
