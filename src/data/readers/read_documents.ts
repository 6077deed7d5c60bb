/**
 * Reads documents of any format from the bytes of a file.
 *
 * @module
 */
import { detectFormat, type TextFormat } from "./format.ts";
import { linesOf } from "./lines.ts";
import { readJsonLines, readWikiExtractor, readWikiText } from "./marked_text.ts";
import { readParagraphs, readSentenceLines } from "./plain_text.ts";
import type { TextDocument } from "./text_document.ts";

/** Options of {@linkcode readDocuments}. */
export interface ReadOptions {
  /** The format, or `auto` to detect it from the first lines of each file. */
  readonly format?: TextFormat | "auto";
  /** Field with the text in JSON lines; `text` by default. */
  readonly textField?: string;
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
  const batches = linesOf(bytes, name);
  try {
    const head: string[][] = [];
    let length = 0;
    while (length < HEAD_LENGTH) {
      const { value, done } = await batches.next();
      if (done) break;
      head.push(value);
      length += value.reduce((sum, line) => sum + line.length + 1, 0);
    }
    const detected = detectFormat(head.flat());
    const { format = "auto" } = options;
    yield* readFormat(
      format === "auto" ? detected.format : format,
      detected.wrapped,
      followedBy(head, batches),
      name,
      options.textField ?? "text",
    );
  } finally {
    // Closes the file if the caller stops early.
    await batches.return(undefined);
  }
}

async function* followedBy(
  head: readonly string[][],
  rest: AsyncIterable<string[]>,
): AsyncGenerator<string[]> {
  yield* head;
  yield* rest;
}

function readFormat(
  format: TextFormat,
  wrapped: boolean,
  lines: AsyncIterable<string[]>,
  name: string,
  textField: string,
): AsyncGenerator<TextDocument> {
  switch (format) {
    case "paragraphs":
      return readParagraphs(lines, name, wrapped);
    case "sentences":
      return readSentenceLines(lines, name);
    case "wikiextractor":
      return readWikiExtractor(lines, name);
    case "wikitext":
      return readWikiText(lines, name);
    case "jsonl":
      return readJsonLines(lines, name, textField);
  }
}
