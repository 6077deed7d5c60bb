/**
 * The safetensors format: the length of a JSON header in eight bytes, the header, and the data. There is no JavaScript library that writes it.
 *
 * Source: https://github.com/huggingface/safetensors#format
 *
 * @module
 */

import { checkNotPointer, isNatural, quote, repeatedKey, shown } from "../json/mod.ts";
import { toHalf, widenHalf } from "./half.ts";

/**
 * Element types of the reference implementation. F64, F32, F16 and BF16 can be weights. Arrays of F32, I32
 * and I64 can be written, and tensors of any type as they are stored.
 */
export type SafetensorsType =
  | ("F64" | "F32" | "F16" | "BF16" | "C64")
  | ("F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F6_E2M3" | "F6_E3M2" | "F4")
  | ("I64" | "I32" | "I16" | "I8" | "U64" | "U32" | "U16" | "U8" | "BOOL");

/** A tensor as stored in a file. */
export interface StoredTensor {
  /** Element type. */
  readonly type: SafetensorsType;
  /** Dimensions, the slowest first. */
  readonly shape: readonly number[];
  /** Elements in row-major order, little-endian. */
  readonly bytes: Uint8Array;
}

/** The content of a file. */
export interface Safetensors {
  /** Tensors by name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bits of an element. */
const BITS: Readonly<Record<SafetensorsType, number>> = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16, C64: 64 },
  ...{ F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
  ...{ I64: 64, I32: 32, I16: 16, I8: 8 },
  ...{ U64: 64, U32: 32, U16: 16, U8: 8, BOOL: 8 },
};

/** Limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Parses a file. The tensors are views of its bytes, not copies. Like the reference implementation, it rejects files with bytes that belong to no tensor, and headers
 * that other JSON parsers could read differently.
 *
 * @throws {SyntaxError} if the file is not valid; the message names the tensor.
 */
export function parseSafetensors(file: Uint8Array): Safetensors {
  checkNotPointer(file);
  if (file.byteLength < 8) {
    throw new SyntaxError("truncated: a safetensors file has at least 8 bytes");
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new SyntaxError(`not a safetensors file: its header length is ${headerBytes} bytes`);
  }
  if (8 + headerBytes > file.byteLength) {
    throw new SyntaxError(
      `truncated: the header needs ${headerBytes} bytes, but only ${
        file.byteLength - 8
      } follow its length`,
    );
  }
  const header = parseHeader(file.subarray(8, 8 + headerBytes));
  const data = file.subarray(8 + headerBytes);
  const tensors = new Map<string, StoredTensor>();
  const ranges: { name: string; start: number; end: number }[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = checkMetadata(entry);
      continue;
    }
    const { type, shape, start, end } = checkEntry(name, entry, data.byteLength);
    ranges.push({ name, start, end });
    tensors.set(name, { type, shape, bytes: data.subarray(start, end) });
  }
  checkCoverage(ranges, data.byteLength);
  return { tensors, metadata };
}

/** Checks that the tensors cover the data without gaps and overlaps, so that a file cannot have other content. */
function checkCoverage(
  ranges: { readonly name: string; readonly start: number; readonly end: number }[],
  dataBytes: number,
): void {
  ranges.sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  for (const [i, { name, start, end }] of ranges.entries()) {
    if (start < covered) {
      throw new SyntaxError(`tensors ${shown(ranges[i - 1].name)} and ${shown(name)} overlap`);
    }
    if (start > covered) {
      throw new SyntaxError(
        `bytes ${covered} to ${start} of the data, before tensor ${
          shown(name)
        }, belong to no tensor`,
      );
    }
    covered = end;
  }
  if (covered < dataBytes) {
    throw new SyntaxError(
      `the data has ${dataBytes} bytes, but the tensors end at byte ${covered}`,
    );
  }
}

function checkMetadata(entry: unknown): Readonly<Record<string, string>> {
  if (entry === null) return {};
  const values = typeof entry === "object" && !Array.isArray(entry) ? Object.values(entry) : [0];
  if (!values.every((value) => typeof value === "string")) {
    throw new SyntaxError(`__metadata__ must be an object of strings, got ${quote(entry)}`);
  }
  return entry as Readonly<Record<string, string>>;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    throw new SyntaxError("not a safetensors file: its header is not valid JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new SyntaxError("not a safetensors file: its header is not a JSON object");
  }
  checkHeaderText(text);
  return header as Record<string, unknown>;
}

/** Fields of a tensor's entry that are lists of integers. */
const INTEGERS = ["shape", "data_offsets"];

/** Checks what `JSON.parse` does not report: duplicate keys, and sizes and offsets that are not written as integers. */
function checkHeaderText(text: string): void {
  const twice = repeatedKey(text, (written, keys) => {
    const isInteger = /^(\d+|-[1-9]\d*)$/.test(written);
    if (keys.length !== 3 || !INTEGERS.includes(keys[1]) || isInteger) return;
    throw new SyntaxError(`${keys[1]} has the number ${shown(written)}, expected an integer`);
  });
  if (twice !== undefined) {
    throw new SyntaxError(`its header has the key ${shown(twice)} twice`);
  }
}

function checkEntry(
  name: string,
  entry: unknown,
  dataBytes: number,
): { type: SafetensorsType; shape: number[]; start: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BITS, dtype)) {
    throw new SyntaxError(
      `tensor ${shown(name)} has type ${quote(dtype)}; supported types are ${
        Object.keys(BITS).join(", ")
      }`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isNatural)) {
    throw new SyntaxError(
      `shape of tensor ${shown(name)} must be a list of non-negative integers, got ${quote(shape)}`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isNatural)) {
    throw new SyntaxError(
      `data_offsets of tensor ${shown(name)} must be two non-negative integers, got ${
        quote(offsets)
      }`,
    );
  }
  const [start, end] = offsets;
  const type = dtype as SafetensorsType;
  const bytes = shape.reduce((product, size) => product * size, BITS[type]) / 8;
  if (end - start !== bytes) {
    throw new SyntaxError(
      `tensor ${shown(name)} of type ${type} and shape ${
        quote(shape)
      } needs ${bytes} bytes, but its data_offsets span ${end - start}`,
    );
  }
  if (end > dataBytes) {
    throw new SyntaxError(
      `truncated: tensor ${
        shown(name)
      } ends at byte ${end} of the data, which has ${dataBytes} bytes`,
    );
  }
  return { type, shape, start, end };
}

/** A tensor to write. */
export interface WritableTensor {
  /** Dimensions, the slowest first. */
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

/**
 * Serializes tensors in the order of the map. The result is a list of chunks, so a large model is not copied.
 *
 * @throws {RangeError} if the length of a tensor's data does not match its shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor | StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  const pieces: Uint8Array[] = [];
  for (const [name, tensor] of tensors) {
    const { type, shape, bytes } = "bytes" in tensor ? tensor : stored(tensor);
    const count = shape.reduce((product, size) => product * size, 1);
    const elements = bytes.length * 8 / BITS[type];
    if (count !== elements) {
      throw new RangeError(
        `Cannot write ${name}: shape [${shape}] needs ${count} elements, got ${elements}`,
      );
    }
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    pieces.push(bytes);
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data starts at a multiple of 8 bytes; the header is padded with spaces.
  const padded = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, 8);
  return [head, ...pieces];
}

function stored({ shape, data }: WritableTensor): StoredTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { type: typeOf(data), shape, bytes };
}

/**
 * Converts a float32 tensor to half precision (f16), rounding to the nearest number.
 *
 * @param name names the tensor in the error
 * @param values `[…shape]`
 * @throws {RangeError} if a number is not finite or exceeds the range of f16, ±65504
 */
export function halfTensor(
  name: string,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
): StoredTensor {
  return { type: "F16", shape, bytes: new Uint8Array(toHalf(name, data).buffer) };
}

function typeOf(data: WritableTensor["data"]): SafetensorsType {
  if (data instanceof Float32Array) return "F32";
  return data instanceof Int32Array ? "I32" : "I64";
}

/**
 * Converts a floating-point tensor to float32. Half-precision values are widened, float64 values are rounded.
 *
 * @throws {TypeError} if the tensor has another type, such as an integer or a quantized one.
 */
export function toFloat32(name: string, { type, bytes }: StoredTensor): Float32Array {
  // A typed array needs an alignment that a file does not guarantee. Node's Buffer has a `slice` that does not copy.
  const aligned = new Uint8Array(bytes);
  switch (type) {
    case "F32":
      return new Float32Array(aligned.buffer);
    case "F64":
      return Float32Array.from(new Float64Array(aligned.buffer));
    case "F16":
      return Float32Array.from(new Uint16Array(aligned.buffer), widenHalf);
    case "BF16":
      return new Float32Array(
        Uint32Array.from(new Uint16Array(aligned.buffer), (half) => half << 16).buffer,
      );
    default:
      throw new TypeError(
        `Tensor ${name} has type ${type}, expected F32, F16, BF16 or F64: ` +
          (/^F[468]/.test(type)
            ? "quantized weights are not supported; save the model in float32"
            : "save the weights as floating-point numbers"),
      );
  }
}

/**
 * Converts an integer tensor to 32-bit integers.
 *
 * @throws {TypeError} if the tensor has a floating-point type.
 */
export function toInt32(name: string, { type, bytes }: StoredTensor): Int32Array {
  const { buffer } = new Uint8Array(bytes);
  switch (type) {
    case "I64":
      return Int32Array.from(new BigInt64Array(buffer), Number);
    case "I32":
      return new Int32Array(buffer);
    case "I16":
      return Int32Array.from(new Int16Array(buffer));
    case "I8":
      return Int32Array.from(new Int8Array(buffer));
    case "U64":
      return Int32Array.from(new BigUint64Array(buffer), Number);
    case "U32":
      return Int32Array.from(new Uint32Array(buffer));
    case "U16":
      return Int32Array.from(new Uint16Array(buffer));
    case "U8":
    case "BOOL":
      return Int32Array.from(new Uint8Array(buffer));
    default:
      throw new TypeError(`Tensor ${name} has type ${type}, expected an integer type`);
  }
}
