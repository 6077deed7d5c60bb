/**
 * Parquet files: rows of a table, or one document per row.
 *
 * @module
 */
import { isObject, quote, shorten } from "../../json/mod.ts";
import { checkThrift } from "./parquet_bytes.ts";
import { checkedChunks, checkRowCounts } from "./parquet_check.ts";
import { DocumentCollector, type TextDocument } from "./text_document.ts";

/** A file that can be read from any place. */
export interface RandomAccessFile {
  /** Size in bytes. */
  readonly byteLength: number;
  /** Resolves with the bytes of a range; the end is exclusive. */
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** The rows of a file, and the metadata of their columns. */
export interface ParquetTable {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Names of the classes of a column of integers, or of lists of integers, as in Hugging Face's data sets. */
  classes(column: string): readonly string[] | null;
  /** Reads the rows, one group after the other. */
  rows(columns: readonly string[]): AsyncGenerator<Record<string, unknown>>;
}

/**
 * Opens a Parquet file. Compressions are Snappy, gzip, Brotli, zstd and LZ4.
 *
 * @param file The file.
 * @param source Name of the file for errors.
 * @throws {SyntaxError} If the file is not a valid Parquet file, or text in it is not valid UTF-8.
 */
export async function openParquet(file: RandomAccessFile, source: string): Promise<ParquetTable> {
  const { parquetMetadata, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const codecs = Object.entries((await import("hyparquet-compressors")).compressors);
  // Not every codec of the package reads the block of an empty page.
  const compressors = Object.fromEntries(codecs.map(([name, decompress]) => [
    name,
    (bytes: Uint8Array, size: number) => size === 0 ? new Uint8Array() : decompress(bytes, size),
  ]));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const parsers = { stringFromBytes: (bytes?: Uint8Array) => bytes && decoder.decode(bytes) };
  const checked = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (cause) {
      const { message } = cause as Error;
      // A decoder that stumbles over damaged data throws errors of the engine, which explain nothing.
      const isEngine = cause instanceof TypeError || cause instanceof RangeError;
      const why = isEngine ? "" : ` (${shorten(message, 200)})`;
      throw new SyntaxError(
        cause instanceof TypeError && /decode|encod/i.test(message)
          ? `Cannot read ${source}: a text is not valid UTF-8`
          : `Cannot read ${source}: its Parquet data is damaged or not supported${why}`,
        { cause },
      );
    }
  };
  // Statistics are not text, and may be cut within a character.
  const metadata = await checked(async () => parquetMetadata(await readFooter(file)));
  const schema = await checked(() => {
    checkRowCounts(metadata);
    return Promise.resolve(parquetSchema(metadata));
  });
  const columns = schema.children.map(({ element }) => element.name);
  return {
    columns,
    classes: (column) => classesOf(metadata.key_value_metadata, column),
    async *rows(wanted) {
      const names = columns.filter((name) => wanted.includes(name));
      const flat = schema.children.filter(({ element, children }) =>
        names.includes(element.name) && children.length === 0
      ).map(({ element }) => element.name);
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        const rowEnd = Number(group.num_rows);
        if (rowEnd === 0) continue;
        const rows = await checked(async () => {
          const chunks = await checkedChunks(file, schema, group, names, compressors);
          const one = { ...metadata, row_groups: [group] };
          const options = { file: chunks, metadata: one, columns: names, rowStart: 0, rowEnd };
          return await parquetReadObjects({ ...options, compressors, parsers });
        });
        // A null is null; a value is undefined if its column ends early or lacks it in the dictionary.
        if (
          rows.length !== rowEnd ||
          rows.some((row) => flat.some((name) => row[name] === undefined))
        ) {
          throw new SyntaxError(
            `Cannot read ${source}: rows ${rowStart} to ${rowStart + rowEnd - 1} are not complete`,
          );
        }
        yield* rows;
        rowStart += rowEnd;
      }
    },
  };
}

/** Reads the metadata at the end of the file, with its length and the mark behind it. */
async function readFooter(file: RandomAccessFile): Promise<ArrayBuffer> {
  const size = file.byteLength;
  if (size < 12) throw new Error("the file is too short");
  const length = new DataView(await file.slice(size - 8, size)).getUint32(0, true);
  if (length > size - 12) throw new Error(`its metadata has ${length} of ${size} bytes`);
  const footer = await file.slice(size - 8 - length, size);
  checkThrift(new Uint8Array(footer, 0, length));
  return footer;
}

/** Returns the names of a `ClassLabel` in the metadata of Hugging Face's library `datasets`. */
function classesOf(
  metadata: readonly { readonly key: string; readonly value?: string }[] | undefined,
  column: string,
): readonly string[] | null {
  const text = metadata?.find(({ key }) => key === "huggingface")?.value;
  let value: unknown;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return null;
  }
  const field = (name: string) =>
    isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  for (const name of ["info", "features", column]) value = field(name);
  value = field("feature") ?? value; // the elements of a list
  value = field("names");
  const isNames = Array.isArray(value) && value.every((name) => typeof name === "string");
  return isNames ? value as string[] : null;
}

/**
 * Reads one document per row. A missing text gives a document without blocks.
 *
 * @param file The file.
 * @param source Name of the file.
 * @param column Name of the column with the text.
 * @returns The documents. Line feeds in the text separate paragraphs.
 * @throws {SyntaxError} If the file is damaged, or has no such column, or it is not text.
 */
export async function* readParquet(
  file: RandomAccessFile,
  source: string,
  column: string,
): AsyncGenerator<TextDocument> {
  const { columns, rows } = await openParquet(file, source);
  if (!columns.includes(column)) {
    const names = columns.slice(0, 20).map((name) => quote(name)).join(", ");
    throw new SyntaxError(
      `Cannot read ${source}: its columns are ${names}, but not "${column}"; name the column of ` +
        "the text with --text-field",
    );
  }
  let number = 0;
  for await (const row of rows([column])) {
    const text = row[column] ?? "";
    if (typeof text !== "string") {
      throw new SyntaxError(
        `Cannot read ${source}: row ${number} of the column "${column}" is not text; name the ` +
          "column of the text with --text-field",
      );
    }
    const collector = new DocumentCollector(false);
    for (const paragraph of text.split("\n")) {
      collector.add(paragraph);
      if (collector.full) yield collector.take(`${source}:[${number}]`);
    }
    yield collector.take(`${source}:[${number++}]`);
  }
}
