/**
 * Bounds of the work of decoding Parquet: a decoder trusts counts and run lengths in the file, so
 * a damaged one can keep it busy or exhaust the memory.
 *
 * @module
 */
import type { Compressors, FileMetaData, RowGroup, SchemaTree } from "hyparquet";
import type { RandomAccessFile } from "./parquet.ts";
import { Reader, readStruct, type ThriftFields as Fields } from "./parquet_bytes.ts";

/** Bytes of output per byte of input: the most that each format can express, rounded up. */
const EXPANSION: Readonly<Record<string, number>> = {
  ...{ UNCOMPRESSED: 1, SNAPPY: 32, LZ4: 256, LZ4_RAW: 256, GZIP: 1100 },
  ...{ ZSTD: 2 ** 16, BROTLI: 2 ** 24 },
};

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

const WIDTHS: Readonly<Record<string, number>> = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8 };

type Chunk = NonNullable<RowGroup["columns"][number]["meta_data"]>;

/** What the pages of a column have in common. */
interface Column {
  readonly chunk: Chunk;
  readonly maxRepetition: number;
  readonly maxDefinition: number;
  readonly typeLength: number;
  readonly compressors: Compressors;
  hasDictionary: boolean;
}

/** Reads a field that is a count or size. */
function countOf(fields: Fields, id: number, name: string): number {
  const value = fields.get(id);
  if (typeof value !== "number" || value < 0) throw new Error(`a page has no valid ${name}`);
  return value;
}

/**
 * Checks runs of the RLE/bit-packed hybrid encoding.
 *
 * @param reader At the first run; then behind the last.
 * @param count Number of values.
 * @param width Bits per value.
 * @param wanted A value to count.
 * @returns How often `wanted` occurs.
 */
function checkRuns(reader: Reader, count: number, width: number, wanted = -1): number {
  if (width > 32) throw new Error(`values have ${width} bits`);
  let found = 0;
  for (let left = count; left > 0;) {
    const header = reader.varint();
    const length = Math.floor(header / 2);
    if (header % 2) {
      // The last group is padded, by some writers to a block of 512 values.
      if (length === 0 || (width === 0 && length * 8 >= left + 8)) throw tooLong(length * 8, left);
      const used = Math.min(length * 8, left);
      for (let i = 0; wanted >= 0 && i < used; i++) {
        if (reader.bits(i * width, width) === wanted) found++;
      }
      reader.skip(length * width);
      left -= used;
    } else {
      if (length > left) throw tooLong(length, left);
      const bytes = Math.ceil(width / 8);
      if (wanted >= 0 && reader.bits(0, bytes * 8) === wanted) found += length;
      reader.skip(bytes);
      left -= length;
    }
  }
  return found;
}

function tooLong(length: number, left: number): Error {
  return new Error(`a run has ${length} values, but ${left} are left in its page`);
}

/**
 * Checks values of the encoding DELTA_BINARY_PACKED.
 *
 * @param reader At the header; then behind the last used miniblock.
 * @param count Number of values.
 * @param output Receives the values.
 */
function checkDelta(reader: Reader, count: number, output?: Int32Array): void {
  const blockSize = reader.varint();
  const miniblocks = reader.varint();
  const size = blockSize / miniblocks;
  if (blockSize === 0 || !Number.isInteger(size / 8) || reader.varint() !== count) {
    throw new Error("a header of deltas is not valid");
  }
  const start = reader.offset;
  reader.skipVarint();
  let value = output ? lowZigzag(reader, start) : 0;
  if (output && count > 0) output[0] = value;
  for (let i = 1; i < count;) {
    const start = reader.offset;
    reader.skipVarint();
    const minimum = output ? lowZigzag(reader, start) : 0;
    const widths = reader.offset;
    reader.skip(miniblocks);
    for (let j = 0; j < miniblocks && i < count; j++) {
      const width = reader.bytes[widths + j];
      if (width > 64) throw new Error(`deltas have ${width} bits`);
      const used = Math.min(size, count - i);
      for (let k = 0; output && k < used; k++) {
        value = (value + minimum + reader.bits(k * width, width)) | 0;
        output[i + k] = value;
      }
      // Not every writer pads the last miniblock.
      reader.skip(Math.min(size * width / 8, Math.max(reader.left, Math.ceil(used * width / 8))));
      i += used;
    }
  }
}

/** The low 32 bits of the integer that was skipped. */
function lowZigzag(reader: Reader, start: number): number {
  let value = 0n;
  for (let i = start, shift = 0n; i < reader.offset; i++, shift += 7n) {
    value |= BigInt(reader.bytes[i] & 0x7f) << shift;
  }
  return Number(BigInt.asIntN(32, (value >> 1n) ^ -(value & 1n)));
}

/** Checks that texts which share beginnings with the ones before do not grow without a bound. */
function checkPrefixes(reader: Reader, count: number): void {
  const prefixes = new Int32Array(count);
  const suffixes = new Int32Array(count);
  checkDelta(reader, count, prefixes);
  checkDelta(reader, count, suffixes);
  let length = 0;
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (prefixes[i] < 0 || prefixes[i] > length) throw new Error("a prefix exceeds its text");
    reader.skip(suffixes[i]);
    length = prefixes[i] + suffixes[i];
    total += length;
  }
  if (total >= 2 ** 31) throw new Error("the texts of a page exceed 2 GiB");
}

function checkValues(reader: Reader, count: number, encoding: number, column: Column): void {
  const { chunk: { type }, typeLength, hasDictionary } = column;
  switch (encoding) {
    case PLAIN:
      if (count > reader.left * 8) throw new Error(`a page has no ${count} values`);
      break;
    case RLE:
      if (type !== "BOOLEAN") throw new Error("a page has runs of values that are not booleans");
      checkRuns(reader.block(), count, 1);
      break;
    case PLAIN_DICTIONARY:
    case RLE_DICTIONARY:
      if (!hasDictionary || type === "BOOLEAN") throw new Error("a page has no dictionary");
      checkRuns(reader, count, reader.byte());
      break;
    case DELTA_BINARY_PACKED:
    case DELTA_LENGTH_BYTE_ARRAY:
      checkDelta(reader, count);
      break;
    case DELTA_BYTE_ARRAY:
      checkPrefixes(reader, count);
      break;
    case BYTE_STREAM_SPLIT:
      if (count * (WIDTHS[type] ?? typeLength) > reader.left) {
        throw new Error(`a page has no ${count} values`);
      }
  }
}

function decompress(bytes: Uint8Array, size: number, { chunk, compressors }: Column): Uint8Array {
  const { codec } = chunk;
  const unpack = compressors[codec];
  if (codec !== "UNCOMPRESSED" && !unpack) throw new Error(`compression ${codec} is not supported`);
  if (size > bytes.length * EXPANSION[codec]) {
    throw new Error(`a page of ${bytes.length} bytes cannot have ${size} after decompression`);
  }
  if (codec === "LZ4") checkLz4Frames(bytes);
  // Without the flag of a single segment, a byte sets the window. Zstandard's own limit is 128 MiB.
  if (codec === "ZSTD" && !(bytes[4] & 32) && bytes[5] >> 3 > 17) {
    throw new Error("a frame of zstd has a window of more than 128 MiB");
  }
  const page = codec === "UNCOMPRESSED" ? bytes : unpack?.(bytes, size);
  if (page?.length !== size) throw new Error(`a page has ${page?.length} bytes, not ${size}`);
  return page;
}

/** Checks that frames of Hadoop's LZ4 do not lead backwards. */
function checkLz4Frames(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < bytes.length - 8;) {
    const size = view.getInt32(i + 4);
    if (size < 0 && view.getInt32(i) === 0) throw new Error("a frame of LZ4 has no valid size");
    if (size < 0 || size > bytes.length - i - 8) return;
    i += 8 + size;
  }
}

/** Checks a page, and returns its number of rows or levels. */
function checkPage(header: Fields, bytes: Uint8Array, column: Column): number {
  const { maxRepetition, maxDefinition } = column;
  const type = header.get(1);
  const size = countOf(header, 2, "size");
  const part = (id: number): Fields => {
    const fields = header.get(id);
    if (!(fields instanceof Map)) throw new Error("the header of a page is not complete");
    return fields;
  };
  const levelBits = (maximum: number) => 32 - Math.clz32(maximum);
  if (type === DICTIONARY_PAGE) {
    const page = decompress(bytes, size, column);
    const count = countOf(part(7), 1, "number of values");
    checkValues(new Reader(page), count, PLAIN, column);
    column.hasDictionary = true;
    return 0;
  }
  if (type === DATA_PAGE) {
    const fields = part(5);
    const count = countOf(fields, 1, "number of values");
    const reader = new Reader(decompress(bytes, size, column));
    if (maxRepetition) checkRuns(reader.block(), count, levelBits(maxRepetition));
    const present = maxDefinition
      ? checkRuns(reader.block(), count, levelBits(maxDefinition), maxDefinition)
      : count;
    if (present > 0) checkValues(reader, present, countOf(fields, 2, "encoding"), column);
    return count;
  }
  if (type === DATA_PAGE_V2) {
    const fields = part(8);
    const count = countOf(fields, 1, "number of values");
    const nulls = countOf(fields, 2, "number of nulls");
    const repetition = countOf(fields, 6, "size of levels");
    const levels = repetition + countOf(fields, 5, "size of levels");
    if (maxRepetition) {
      checkRuns(new Reader(bytes, 0, repetition), count, levelBits(maxRepetition));
    }
    const reader = new Reader(bytes, repetition, levels);
    const present = maxDefinition
      ? checkRuns(reader, count, levelBits(maxDefinition), maxDefinition)
      : count;
    if (present !== count - nulls || size < levels) {
      throw new Error(`a page has ${present} of ${count} values, and ${nulls} nulls`);
    }
    const rest = bytes.subarray(levels);
    const isCompressed = fields.get(7) !== false && size > levels;
    const page = isCompressed ? decompress(rest, size - levels, column) : rest;
    if (present > 0) {
      checkValues(new Reader(page), present, countOf(fields, 4, "encoding"), column);
    }
    return count;
  }
  throw new Error(`a page has the unknown type ${type}`);
}

/**
 * Checks the row counts of the row groups.
 *
 * @param metadata The metadata of the file.
 * @throws {Error} If one is not valid, or their sum is not the number of rows of the file.
 */
export function checkRowCounts({ num_rows, row_groups }: FileMetaData): void {
  let sum = 0;
  for (const group of row_groups) {
    const rows = Number(group.num_rows);
    if (!(rows >= 0)) throw new Error(`a row group has ${rows} rows`);
    sum += rows;
  }
  if (sum !== Number(num_rows)) throw new Error(`its row groups have ${sum} of ${num_rows} rows`);
}

/**
 * Reads the column chunks of a row group, and checks what bounds the work of decoding them: sizes
 * and counts in the metadata and in the headers of pages, and runs of levels and of indices.
 *
 * @param file The file.
 * @param schema The schema of the file.
 * @param group The row group.
 * @param columns Names of the top-level columns.
 * @param compressors Functions that decompress pages.
 * @returns A file of these chunks alone, at their places.
 * @throws {Error} If a size, count or run is not valid.
 */
export async function checkedChunks(
  file: RandomAccessFile,
  schema: SchemaTree,
  group: RowGroup,
  columns: readonly string[],
  compressors: Compressors,
): Promise<RandomAccessFile> {
  const chunks: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  const missing = new Set(columns);
  for (const { meta_data: chunk } of group.columns) {
    if (!chunk) throw new Error("a column has no metadata");
    if (!columns.includes(chunk.path_in_schema[0])) continue;
    const path = [schema];
    for (const name of chunk.path_in_schema) {
      const child = path.at(-1)!.children.find(({ element }) => element.name === name);
      if (!child) throw new Error(`the schema has no column ${chunk.path_in_schema.join(".")}`);
      path.push(child);
    }
    const { element, children } = path.at(-1)!;
    const isFlat = path.length === 2 && element.repetition_type !== "REPEATED";
    const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    const size = Number(chunk.total_compressed_size);
    const values = Number(chunk.num_values);
    const rows = Number(group.num_rows);
    if (!(start >= 0 && size >= 0 && start + size <= file.byteLength)) {
      throw new Error(`a column begins at ${start} and has ${size} bytes`);
    }
    if (isFlat ? values !== rows : !(values >= rows)) {
      throw new Error(`a column has ${values} values in ${rows} rows`);
    }
    // Converting a decimal takes time that grows with the square of its length.
    const isDecimal = element.converted_type === "DECIMAL";
    if (children.length > 0 || element.type !== chunk.type || (isDecimal && !element.precision)) {
      throw new Error(`the schema does not fit the column ${chunk.path_in_schema.join(".")}`);
    }
    const bytes = new Uint8Array(await file.slice(start, start + size));
    if (bytes.length !== size) throw new Error("a column is not complete");
    const column: Column = {
      chunk,
      maxRepetition: path.filter(({ element }) => element.repetition_type === "REPEATED").length,
      maxDefinition: path.slice(1).filter(({ element }) => element.repetition_type !== "REQUIRED")
        .length,
      typeLength: element.type_length ?? 0,
      compressors,
      hasDictionary: false,
    };
    const reader = new Reader(bytes);
    let seen = 0;
    while (reader.left > 1 && !(isFlat && seen >= values)) {
      const header = readStruct(reader, 0);
      const from = reader.offset;
      reader.skip(countOf(header, 3, "size"));
      seen += checkPage(header, bytes.subarray(from, reader.offset), column);
    }
    if (seen !== values) throw new Error(`a column has ${seen} values, not ${values}`);
    chunks.push({ start, bytes });
    missing.delete(chunk.path_in_schema[0]);
  }
  for (const name of missing) throw new Error(`a row group has no column "${name}"`);
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      // The decoder reads neighboring chunks together; the bytes between them are not used.
      const result = new Uint8Array(end - start);
      for (const { start: place, bytes } of chunks) {
        const from = Math.max(start, place);
        const to = Math.min(end, place + bytes.length);
        if (from < to) result.set(bytes.subarray(from - place, to - place), from - start);
      }
      return result.buffer;
    },
  };
}
