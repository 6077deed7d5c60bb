/**
 * Readers: bytes to documents of paragraphs or sentences. Uses no files.
 *
 * @module
 */
export * from "./format.ts";
export { linesOf } from "./lines.ts";
export { openParquet, type ParquetTable, type RandomAccessFile, readParquet } from "./parquet.ts";
export * from "./read_documents.ts";
export * from "./records.ts";
export { RowReader, type TableRow } from "./tables.ts";
export type { TextDocument } from "./text_document.ts";
