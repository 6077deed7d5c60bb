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
  const head: string[][] = [];
  let length = 0;
  while (length < HEAD_LENGTH) {
    const { value, done } = await batches.next();
    if (done) break;
    head.push(value);
    length += value.reduce((sum, line) => sum + line.length + 1, 0);
  }
  const detected = detectFormat(head.flat());
  const format = options.format === undefined || options.format === "auto"
    ? detected.format
    : options.format;
  async function* all(): AsyncGenerator<string[]> {
    yield* head;
    yield* batches;
  }
  switch (format) {
    case "paragraphs":
      yield* readParagraphs(all(), name, detected.wrapped);
      break;
    case "sentences":
      yield* readSentenceLines(all(), name);
      break;
    case "wikiextractor":
      yield* readWikiExtractor(all(), name);
      break;
    case "wikitext":
      yield* readWikiText(all(), name);
      break;
    case "jsonl":
      yield* readJsonLines(all(), name, options.textField ?? "text");
      break;
  }
}
