/**
 * The documents of a file of any format, also of those that are read from their end.
 *
 * @module
 */
import {
  openParquet,
  type ParquetTable,
  type RandomAccessFile,
  readDocuments,
  type ReadOptions,
  readParquet,
  readRecords,
  type RecordFormat,
  recordFormatOf,
  type TextDocument,
  type TextRecord,
} from "../readers/mod.ts";
import { exactJson, parseExactJson } from "../../json/mod.ts";
import { openInput, STANDARD_INPUT } from "./inputs.ts";

/**
 * Reads the documents of a file, or of standard input.
 *
 * @param path A path, or `-`.
 * @param options Format and field.
 * @param onBytes Receives the number of bytes read from the file.
 * @throws {SyntaxError} If the file is not valid text, or does not have the format.
 */
export async function* documentsIn(
  path: string,
  options: ReadOptions,
  onBytes: (count: number) => void = () => {},
): AsyncGenerator<TextDocument> {
  const { format = "auto", textField = "text" } = options;
  const name = path === STANDARD_INPUT ? "standard input" : path;
  const mayBeParquet = format === "auto" || format === "parquet";
  if (path === STANDARD_INPUT || !mayBeParquet || !await isParquet(path)) {
    yield* readDocuments(openInput(path, onBytes), name, options);
    return;
  }
  options.onFormat?.({ format: "parquet", wrapped: false }, name);
  using file = openFile(path, onBytes);
  yield* readParquet(file, name, textField);
}

/** Whether a file begins as a Parquet file. */
export async function isParquet(path: string): Promise<boolean> {
  const { isFile } = await Deno.stat(path);
  if (!isFile) return false;
  using file = await Deno.open(path);
  const start = new Uint8Array(4);
  const count = await file.read(start);
  return count === 4 && new TextDecoder().decode(start) === "PAR1";
}

/**
 * Reads all rows of a Parquet file.
 *
 * @param path The path.
 * @returns The table, and its rows with all columns.
 * @throws {SyntaxError} If the file is damaged.
 */
export async function readParquetRows(
  path: string,
): Promise<
  Pick<ParquetTable, "columns" | "classes"> & { readonly rows: Record<string, unknown>[] }
> {
  using file = openFile(path, () => {});
  const { columns, classes, rows } = await openParquet(file, path);
  return { columns, classes, rows: await Array.fromAsync(rows(columns)) };
}

/** Rows of a Parquet file that are read together. */
const ROWS = 1000;

/**
 * Reads the records of a file, or of standard input, in batches.
 *
 * @param path A path, or `-`.
 * @param format Format of the content. Default: Parquet if the file begins as one, else by the ending of the name.
 * @throws {SyntaxError} If the file is not valid text, or does not have the format.
 */
export async function* recordsIn(
  path: string,
  format?: RecordFormat,
): AsyncGenerator<TextRecord[]> {
  if (path === STANDARD_INPUT || format !== undefined || !await isParquet(path)) {
    const name = path === STANDARD_INPUT ? "standard input" : path;
    yield* readRecords(openInput(path), name, format ?? recordFormatOf(path));
    return;
  }
  using file = openFile(path, () => {});
  const { columns, rows } = await openParquet(file, path);
  let line = 0;
  let batch: TextRecord[] = [];
  for await (const fields of rows(columns)) {
    batch.push({ line: ++line, fields: withJsonValues(fields) });
    if (batch.length === ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Replaces values that JSON does not have, such as dates and small 64-bit integers. */
function withJsonValues(fields: Record<string, unknown>): Record<string, unknown> {
  return parseExactJson(exactJson(fields)!) as Record<string, unknown>;
}

/** Reads are synchronous, so that several at once do not move each other's place. */
function openFile(path: string, onBytes: (count: number) => void): RandomAccessFile & Disposable {
  const file = Deno.openSync(path);
  const { size } = file.statSync();
  return {
    byteLength: size,
    slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      file.seekSync(start, Deno.SeekMode.Start);
      for (let read = 0; read < bytes.length;) {
        const count = file.readSync(bytes.subarray(read));
        if (count === null) return bytes.buffer.slice(0, read);
        read += count;
      }
      onBytes(bytes.length);
      return bytes.buffer;
    },
    [Symbol.dispose]: () => file.close(),
  };
}
