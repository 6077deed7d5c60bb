/**
 * Structured files: tables with quotes (CSV and TSV, RFC 4180) and JSON arrays.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { DocumentCollector, type TextDocument } from "./text_document.ts";

/** A row of a table. */
export interface TableRow {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** The fields without quotes. */
  readonly fields: readonly string[];
}

/** Maximum length of a quoted field in UTF-16 units. A longer one indicates a quote that is not closed. */
const MAX_ROW_LENGTH = 16 * 1024 * 1024;

/**
 * Reads the rows of a table line by line. A field may be in double quotes; then it can contain
 * delimiters, line feeds and doubled quotes. Blank lines are skipped.
 */
export class RowReader {
  readonly #source: string;
  readonly #delimiter: string;
  #number = 0;
  #first = 0;
  #record = "";

  /**
   * Creates a reader.
   *
   * @param source Name of the file for errors.
   * @param delimiter A comma or a tab.
   */
  constructor(source: string, delimiter: "," | "\t") {
    this.#source = source;
    this.#delimiter = delimiter;
  }

  /**
   * Reads a line.
   *
   * @param line The next line.
   * @returns The row that it ends, or undefined.
   * @throws {SyntaxError} If text follows a closing quote, or a row is too long; the message names the line.
   */
  push(line: string): TableRow | undefined {
    this.#number++;
    if (this.#first === 0) {
      if (line.trim() === "") return undefined;
      this.#first = this.#number;
      this.#record = line;
    } else this.#record += `\n${line}`;
    const fields = splitRow(this.#record, this.#delimiter);
    if (typeof fields === "string") {
      throw new SyntaxError(
        `Cannot read ${this.#source}: in the row of line ${this.#first}, text follows the ` +
          `closing quote of ${fields}; double the quotes within a field`,
      );
    }
    if (fields === undefined) {
      if (this.#record.length > MAX_ROW_LENGTH) throw notClosed(this.#source, this.#first);
      return undefined;
    }
    const row = { line: this.#first, fields };
    this.#first = 0;
    return row;
  }

  /**
   * Checks that the last row is complete.
   *
   * @throws {SyntaxError} If a quote is not closed; the message names the line.
   */
  end(): void {
    if (this.#first > 0) throw notClosed(this.#source, this.#first);
  }
}

function notClosed(source: string, line: number): SyntaxError {
  return new SyntaxError(
    `Cannot read ${source}: the row of line ${line} has a quote that is not closed`,
  );
}

/** Splits a row; returns undefined within quotes, and the start of a field with text after its quotes. */
function splitRow(record: string, delimiter: string): string[] | string | undefined {
  const fields: string[] = [];
  for (let start = 0; start <= record.length;) {
    if (record[start] !== '"') {
      const found = record.indexOf(delimiter, start);
      const end = found < 0 ? record.length : found;
      fields.push(record.slice(start, end));
      start = end + 1;
      continue;
    }
    let end = record.indexOf('"', start + 1);
    while (end >= 0 && record[end + 1] === '"') end = record.indexOf('"', end + 2);
    if (end < 0) return undefined;
    if (end + 1 < record.length && record[end + 1] !== delimiter) {
      return quote(record.slice(start, start + 20));
    }
    fields.push(record.slice(start + 1, end).replaceAll('""', '"'));
    start = end + 2;
  }
  return fields;
}

/**
 * Reads one document per row of a table with a header.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param delimiter A comma or a tab.
 * @param column Name of the column with the text.
 * @returns The documents. Line feeds in the text separate paragraphs.
 * @throws {SyntaxError} If the header lacks the column, or a row is damaged; the message names the line.
 */
export async function* readTable(
  batches: AsyncIterable<string[]>,
  source: string,
  delimiter: "," | "\t",
  column: string,
): AsyncGenerator<TextDocument> {
  const reader = new RowReader(source, delimiter);
  let width = 0, index = -1;
  for await (const lines of batches) {
    for (const text of lines) {
      const row = reader.push(text);
      if (row === undefined) continue;
      const { line, fields } = row;
      if (width === 0) {
        index = fields.findIndex((name) => name.trim() === column);
        if (index < 0) {
          const names = fields.slice(0, 20).map((name) => quote(name.trim())).join(", ");
          throw new SyntaxError(
            `Cannot read ${source}: its columns are ${names}, but not "${column}"; name the ` +
              "column of the text with --text-field, or the format with --format",
          );
        }
        width = fields.length;
      } else if (fields.length !== width) {
        throw new SyntaxError(
          `Cannot read ${source}: line ${line} has ${fields.length} fields, but the header has ` +
            `${width}; put texts with ${delimiter === "," ? "commas" : "tabs"} in quotes`,
        );
      } else yield* documentsOf(fields[index], `${source}:${line}`);
    }
  }
  reader.end();
}

/**
 * Reads one document per element of a JSON array of objects or strings.
 *
 * @param chunks The text of the file, in any pieces.
 * @param source Name of the file.
 * @param field Name of the field with the text.
 * @returns The documents.
 * @throws {SyntaxError} If the text is not such an array; the message names the element.
 */
export async function* readJsonArray(
  chunks: AsyncIterable<string>,
  source: string,
  field: string,
): AsyncGenerator<TextDocument> {
  let number = 0;
  for await (const json of jsonElements(chunks, source)) {
    number++;
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (cause) {
      throw new SyntaxError(
        `Cannot read ${source}: element ${number} of the array is not valid JSON`,
        {
          cause,
        },
      );
    }
    const text = typeof value === "string" ? value : (value as Record<string, unknown>)?.[field];
    if (typeof text !== "string") {
      throw new SyntaxError(
        `Cannot read ${source}: element ${number} of the array has no string "${field}"; ` +
          "name the field with --text-field",
      );
    }
    yield* documentsOf(text, `${source}:[${number - 1}]`);
  }
}

/** Splits a JSON array into the text of its elements, without reading it whole. */
export async function* jsonElements(
  chunks: AsyncIterable<string>,
  source: string,
): AsyncGenerator<string> {
  let depth = 0, quoted = false, escaped = false, closed = false, some = false, element = "";
  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const char = chunk[i];
      if (quoted) {
        if (escaped) escaped = false;
        else if (char === "\\") escaped = true;
        else if (char === '"') quoted = false;
        continue;
      }
      if (closed && !/\s/.test(char)) {
        throw new SyntaxError(`Cannot read ${source}: text follows the end of the array`);
      }
      if (char === '"') quoted = true;
      else if (char === "[" || char === "{") {
        if (depth++ === 0) start = i + 1;
      } else if (char === "]" || char === "}" || char === "," && depth === 1) {
        if (char !== ",") depth--;
        if (depth > 1 || depth === 1 && char !== ",") continue;
        element += chunk.slice(start, i);
        start = i + 1;
        closed = depth === 0;
        if (!closed || some || element.trim() !== "") yield element;
        some = true;
        element = "";
      }
    }
    if (!closed) element += chunk.slice(start);
  }
  if (!closed) throw new SyntaxError(`Cannot read ${source}: the array is not closed`);
}

function* documentsOf(text: string, source: string): Generator<TextDocument> {
  const collector = new DocumentCollector(false);
  for (const paragraph of text.split("\n")) {
    collector.add(paragraph);
    if (collector.full) yield collector.take(source);
  }
  yield collector.take(source);
}
