/**
 * Reads documents from a file's bytes, whatever the format.
 *
 * @module
 */
import { detectFormat, type TextFormat } from "./format.ts";
import { linesOf } from "./lines.ts";
import { readJsonLines, readWikiExtractor, readWikiText } from "./marked_text.ts";
import { readParagraphs, readSentenceLines } from "./plain_text.ts";
import type { TextDocument } from "./text_document.ts";

/** How to read files. */
export interface ReadOptions {
  /** The format, or `auto` to tell it from the first lines of each file. */
  readonly format?: TextFormat | "auto";
  /** The field that holds the text in JSON lines; `text` where absent. */
  readonly textField?: string;
}

/** Enough text to tell a format by, in UTF-16 units. */
const HEAD_LENGTH = 64 * 1024;

/**
 * Reads a file's documents one by one. Where documents are marked, those
 * without text are given too, with no blocks, so that they can be counted.
 *
 * @param bytes The file's content, uncompressed.
 * @param name The file's name, for errors and for {@linkcode TextDocument.source}.
 * @param options How to read.
 * @returns The documents.
 * @throws {SyntaxError} When the content is not UTF-8 or not of the format.
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
    // Whoever stops early lets go of the file.
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
