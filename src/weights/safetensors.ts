/**
 * The safetensors format: eight bytes with the length of a JSON header, the header, the data. No library writes it in JavaScript.
 *
 * Source: https://github.com/huggingface/safetensors#format
 *
 * @module
 */

import { quote, shown } from "../json/mod.ts";

/** Element types that this toolkit reads; it writes F32, I32 and I64. */
export type SafetensorsType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U8"
  | "BOOL";

/** One tensor as it lies in a file. */
export interface StoredTensor {
  /** Element type. */
  readonly type: SafetensorsType;
  /** Sizes, slowest first. */
  readonly shape: readonly number[];
  /** The tensor's bytes, little-endian. */
  readonly bytes: Uint8Array;
}

/** A file's contents. */
export interface Safetensors {
  /** By name, in the file's order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

const BYTES: Readonly<Record<SafetensorsType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The header may take no more than the official reader allows. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads a whole file's bytes. Tensors are views, not copies.
 *
 * @throws {SyntaxError} for bytes that are no safetensors file, saying which entry is wrong.
 */
export function parseSafetensors(file: Uint8Array): Safetensors {
  if (file.byteLength < 8) {
    throw new SyntaxError("truncated: a safetensors file has at least 8 bytes");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new SyntaxError(`not a safetensors file: its header would have ${headerBytes} bytes`);
  }
  if (8 + headerBytes > file.byteLength) {
    throw new SyntaxError(
      `truncated: the header needs ${headerBytes} bytes, the file has ${
        file.byteLength - 8
      } after its length`,
    );
  }
  const header = parseHeader(file.subarray(8, 8 + headerBytes));
  const data = file.subarray(8 + headerBytes);
  const tensors = new Map<string, StoredTensor>();
  const ranges: { name: string; start: number; end: number }[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = entry as Readonly<Record<string, string>>;
      continue;
    }
    const { type, shape, start, end } = checkEntry(name, entry, data.byteLength);
    ranges.push({ name, start, end });
    tensors.set(name, { type, shape, bytes: data.subarray(start, end) });
  }
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  for (let i = 1; i < ranges.length; i++) {
    if (ranges[i].start < ranges[i - 1].end) {
      throw new SyntaxError(
        `tensors ${shown(ranges[i - 1].name)} and ${shown(ranges[i].name)} overlap`,
      );
    }
  }
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new SyntaxError("not a safetensors file: its header is no JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new SyntaxError("not a safetensors file: its header is no JSON object");
  }
  return header as Record<string, unknown>;
}

function checkEntry(
  name: string,
  entry: unknown,
  dataBytes: number,
): { type: SafetensorsType; shape: number[]; start: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype)) {
    throw new SyntaxError(
      `tensor ${shown(name)} has type ${quote(dtype)}; known types are ${
        Object.keys(BYTES).join(", ")
      }`,
    );
  }
  const natural = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(natural)) {
    throw new SyntaxError(`tensor ${shown(name)} has no shape of natural numbers`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) {
    throw new SyntaxError(`tensor ${shown(name)} has no data_offsets of two natural numbers`);
  }
  const [start, end] = offsets;
  const type = dtype as SafetensorsType;
  const bytes = shape.reduce((product, size) => product * size, BYTES[type]);
  if (end - start !== bytes) {
    throw new SyntaxError(
      `tensor ${shown(name)} of type ${type} and shape ${
        quote(shape)
      } needs ${bytes} bytes, its data_offsets span ${end - start}`,
    );
  }
  if (end > dataBytes) {
    throw new SyntaxError(
      `truncated: tensor ${shown(name)} ends at byte ${end} of the data, the file has ${dataBytes}`,
    );
  }
  return { type, shape, start, end };
}

/** A tensor to be written. */
export interface WritableTensor {
  /** Sizes, slowest first. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/**
 * The bytes of a file with these tensors, in the map's order, in pieces so that a large model is never held twice.
 *
 * @throws {RangeError} when a tensor's data does not fill its shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  const pieces: Uint8Array[] = [];
  for (const [name, { shape, data }] of tensors) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length) {
      throw new RangeError(
        `Cannot write ${name}: shape [${shape}] needs ${count} elements, got ${data.length}`,
      );
    }
    header[name] = {
      dtype: typeOf(data),
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data starts at a multiple of 8 bytes; the header is padded with spaces.
  const padded = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...pieces];
}

function typeOf(data: WritableTensor["data"]): SafetensorsType {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "I64";
}

/**
 * A tensor's numbers as float32; half types are widened, doubles rounded.
 *
 * @throws {TypeError} for a tensor of integers.
 */
export function toFloat32(name: string, { type, bytes }: StoredTensor): Float32Array {
  // A view needs alignment that a file does not promise.
  const aligned = bytes.slice();
  switch (type) {
    case "F32":
      return new Float32Array(aligned.buffer);
    case "F64":
      return Float32Array.from(new Float64Array(aligned.buffer));
    case "F16":
      return Float32Array.from(new Float16Array(aligned.buffer));
    case "BF16":
      return new Float32Array(
        Uint32Array.from(new Uint16Array(aligned.buffer), (half) => half << 16).buffer,
      );
    default:
      throw new TypeError(`Tensor ${name} holds ${type}, not floating-point numbers`);
  }
}

/**
 * A tensor's numbers as 32-bit integers.
 *
 * @throws {TypeError} for a tensor of floating-point numbers.
 */
export function toInt32(name: string, { type, bytes }: StoredTensor): Int32Array {
  const { buffer } = bytes.slice();
  switch (type) {
    case "I64":
      return Int32Array.from(new BigInt64Array(buffer), Number);
    case "I32":
      return new Int32Array(buffer);
    case "I16":
      return Int32Array.from(new Int16Array(buffer));
    case "I8":
      return Int32Array.from(new Int8Array(buffer));
    case "U8":
    case "BOOL":
      return Int32Array.from(new Uint8Array(buffer));
    default:
      throw new TypeError(`Tensor ${name} holds ${type}, not integers`);
  }
}
