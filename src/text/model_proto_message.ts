/**
 * Reads and writes protobuf messages by tables of their fields.
 *
 * `pbf` does not check bounds, so every length is checked here: a truncated file is an error, not an
 * incomplete message.
 *
 * @module
 */
import type { PbfReader, PbfWriter } from "pbf";
import type { FieldDescription } from "./model_proto_fields.ts";

/** A message as an object, with the fields that no table lists. */
type MessageValue = Record<string, unknown> & {
  unknownFields?: { tag: number; bytes: Uint8Array }[];
};

const VARINT = 0, FIXED64 = 1, LENGTH_DELIMITED = 2, FIXED32 = 5;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads fields up to `end` into `message`.
 *
 * @param pbf Reader at the first field.
 * @param end Position after the last field.
 * @param fields The known fields.
 * @param message Receives the properties.
 * @param nested Called for each field not in `fields` with its tag, wire type and end; it reads a
 * nested message and returns true, or returns false to keep the field as unknown bytes.
 * @throws {Error} If a field ends after `end` or has an invalid wire type.
 */
export function readMessage(
  pbf: PbfReader,
  end: number,
  fields: readonly FieldDescription[],
  message: object,
  nested?: (tag: number, wire: number, end: number) => boolean,
): void {
  const value = message as MessageValue;
  while (pbf.pos < end) {
    const start = pbf.pos;
    const key = pbf.readVarint();
    const tag = Math.floor(key / 8), wire = key % 8;
    if (tag === 0) throw new Error(`field number 0 at byte ${start}`);
    const bodyEnd = fieldEnd(pbf, wire, start);
    if (bodyEnd > end) {
      throw new Error(`field ${tag} at byte ${start} ends at ${bodyEnd}, past byte ${end}`);
    }
    const field = fields.find((candidate) => candidate.tag === tag && wireOf(candidate) === wire);
    if (field) {
      const read = readValue(pbf, field, bodyEnd);
      if (field.repeated) ((value[field.name] ??= []) as unknown[]).push(read);
      else value[field.name] = read;
    } else if (!nested?.(tag, wire, bodyEnd)) {
      (value.unknownFields ??= []).push({ tag, bytes: pbf.buf.subarray(start, bodyEnd) });
    }
    pbf.pos = bodyEnd;
  }
}

/** Writes the known fields of `message`, and its unknown ones, in ascending order of tag. */
export function writeMessage(
  pbf: PbfWriter,
  fields: readonly FieldDescription[],
  message: object,
): void {
  const value = message as MessageValue;
  const unknown = [...value.unknownFields ?? []].sort((a, b) => a.tag - b.tag);
  let next = 0;
  const flushUnknown = (before: number) => {
    for (; next < unknown.length && unknown[next].tag < before; next++) {
      const { bytes } = unknown[next];
      pbf.realloc(bytes.length);
      pbf.buf.set(bytes, pbf.pos);
      pbf.pos += bytes.length;
    }
  };
  for (const field of fields) {
    const content = value[field.name];
    if (content === undefined) continue;
    flushUnknown(field.tag);
    for (const item of field.repeated ? content as unknown[] : [content]) {
      writeValue(pbf, field, item);
    }
  }
  flushUnknown(Infinity);
}

/** Moves the reader to the field's content and returns the position after the field. */
function fieldEnd(pbf: PbfReader, wire: number, start: number): number {
  if (wire === FIXED32) return pbf.pos + 4;
  if (wire === FIXED64) return pbf.pos + 8;
  if (wire === LENGTH_DELIMITED) {
    const length = pbf.readVarint();
    return pbf.pos + length;
  }
  if (wire !== VARINT) throw new Error(`wire type ${wire} at byte ${start}`);
  let position = pbf.pos;
  while (position < pbf.length && pbf.buf[position] > 0x7f) position++;
  return position + 1;
}

function wireOf(field: FieldDescription): number {
  if (field.kind === "string" || field.kind === "bytes") return LENGTH_DELIMITED;
  return field.kind === "float" ? FIXED32 : VARINT;
}

function readValue(pbf: PbfReader, field: FieldDescription, end: number): unknown {
  switch (field.kind) {
    case "string":
      return strictUtf8.decode(pbf.buf.subarray(pbf.pos, end));
    case "bytes":
      return pbf.buf.subarray(pbf.pos, end);
    case "float":
      return pbf.readFloat();
    case "int":
      return pbf.readVarint(true);
    case "bool":
      return pbf.readBoolean();
  }
}

function writeValue(pbf: PbfWriter, field: FieldDescription, item: unknown): void {
  switch (field.kind) {
    case "string":
      // pbf writes characters from U+20000 on as others.
      return pbf.writeBytesField(field.tag, new TextEncoder().encode(item as string));
    case "bytes":
      return pbf.writeBytesField(field.tag, item as Uint8Array);
    case "float":
      return pbf.writeFloatField(field.tag, item as number);
    case "int":
      return pbf.writeVarintField(field.tag, item as number);
    case "bool":
      return pbf.writeBooleanField(field.tag, item as boolean);
  }
}
