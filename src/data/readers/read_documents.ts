/**
 * Reads documents of any format from the bytes of a file.
 *
 * @module
 */
import { type DetectedFormat, detectFormat, type TextFormat } from "./format.ts";
import { decode, linesOf } from "./lines.ts";
import { readJsonLines, readWikiExtractor, readWikiText } from "./marked_text.ts";
import { readBlocks, readDocumentLines, readParagraphs } from "./plain_text.ts";
import { readJsonArray, readTable } from "./tables.ts";
import type { TextDocument } from "./text_document.ts";

/** Options of {@linkcode readDocuments}. */
export interface ReadOptions {
  /** The format, or `auto` to detect it from the first lines of each file. */
  readonly format?: TextFormat | "auto";
  /** Field or column with the text in JSON, CSV and TSV; `text` by default. */
  readonly textField?: string;
  /** Format in place of detected `paragraphs`. */
  readonly paragraphsAs?: TextFormat;
  /** Place of the first byte in the file, for a part of it; 0 by default. */
  readonly offset?: number;
  /** Receives the format of each file before its first document. */
  readonly onFormat?: (format: DetectedFormat, name: string) => void;
}

/** Length of the text for detecting the format, in UTF-16 units. */
const HEAD_LENGTH = 64 * 1024;

/**
 * Reads the documents of a file. In formats with explicit documents, those without text are returned
 * without blocks, so that they can be counted.
 *
 * @param bytes Uncompressed content of the file.
 * @param name Name of the file, for errors and for {@linkcode TextDocument.source}.
 * @param options Format and field.
 * @returns The documents.
 * @throws {SyntaxError} If the content is not valid UTF-8, or does not have the format.
 */
export async function* readDocuments(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  options: ReadOptions = {},
): AsyncGenerator<TextDocument> {
  const { format = "auto", textField = "text", onFormat } = options;
  if (format === "parquet") {
    throw new SyntaxError(
      `Cannot read ${name} as Parquet: expected a file that begins with PAR1, not a stream`,
    );
  }
  const iterator = bytes[Symbol.asyncIterator]();
  const input = await peek(iterator);
  const batches = linesOf(input.all(), name, options.offset);
  try {
    if (format === "json" || format === "auto" && JSON_ARRAY.test(input.start)) {
      onFormat?.({ format: "json", wrapped: false }, name);
      yield* readJsonArray(decode(input.all(), name, ","), name, textField);
      return;
    }
    const head: string[][] = [];
    let length = 0;
    while (length < HEAD_LENGTH) {
      const { value, done } = await batches.next();
      if (done) break;
      head.push(value);
      length += value.reduce((sum, line) => sum + line.length + 1, 0);
    }
    let detected = detectFormat(head.flat(), textField, name);
    if (format !== "auto") detected = { ...detected, format };
    else if (detected.format === "paragraphs") {
      detected = { ...detected, format: options.paragraphsAs ?? "paragraphs" };
    }
    const blank = head.every((lines) => lines.every((line) => line.trim() === ""));
    if (!blank) onFormat?.(detected, name);
    yield* readFormat(detected, followedBy(head, batches), name, textField);
  } finally {
    // Closes the file if the caller stops early.
    await batches.return(undefined);
    await iterator.return?.(undefined);
  }
}

/** The start of a JSON array of objects or strings, or of an empty one. */
const JSON_ARRAY = /^\s*\[\s*[{"\]]/;
/** Number of bytes for detecting a JSON array, which may be a single long line. */
const START_BYTES = 64;

async function peek(iterator: AsyncIterator<Uint8Array>) {
  const first: Uint8Array[] = [];
  for (let length = 0; length < START_BYTES;) {
    const { value, done } = await iterator.next();
    if (done) break;
    // Copied, because the source may reuse the memory of the chunk.
    first.push(value.slice());
    length += value.length;
  }
  const decoder = new TextDecoder();
  const start = first.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  return {
    start,
    all: async function* (): AsyncGenerator<Uint8Array> {
      yield* first;
      for (;;) {
        const { value, done } = await iterator.next();
        if (done) return;
        yield value;
      }
    },
  };
}

async function* followedBy(
  head: readonly string[][],
  rest: AsyncIterable<string[]>,
): AsyncGenerator<string[]> {
  yield* head;
  yield* rest;
}

function readFormat(
  { format, wrapped }: DetectedFormat,
  lines: AsyncIterable<string[]>,
  name: string,
  textField: string,
): AsyncGenerator<TextDocument> {
  switch (format) {
    case "paragraphs":
      return readParagraphs(lines, name, wrapped);
    case "sentences":
    case "documents":
      return readBlocks(lines, name, format === "sentences");
    case "lines":
      return readDocumentLines(lines, name);
    case "wikiextractor":
      return readWikiExtractor(lines, name);
    case "wikitext":
      return readWikiText(lines, name);
    case "jsonl":
      return readJsonLines(lines, name, textField);
    case "json":
      return readJsonArray(textOf(lines), name, textField);
    case "parquet":
      throw new TypeError("readParquet() reads Parquet files");
    case "csv":
    case "tsv":
      return readTable(lines, name, format === "csv" ? "," : "\t", textField);
  }
}

async function* textOf(batches: AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const lines of batches) yield lines.join("\n") + "\n";
}
