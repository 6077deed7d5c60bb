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

/** Maximum length of the quoted fields of a row that have several lines, in UTF-16 units. More indicates a quote that is not closed. */
const MAX_QUOTED_LENGTH = 16 * 1024 * 1024;

/** Maximum length of an element of a JSON array, in UTF-16 units. A longer text could exceed the longest string. */
const MAX_ELEMENT_LENGTH = 64 * 1024 * 1024;

/**
 * Reads the rows of a table line by line. A field may be in double quotes; then it can contain
 * delimiters, line feeds and doubled quotes. Blank lines are skipped.
 */
export class RowReader {
  readonly #source: string;
  readonly #delimiter: string;
  readonly #looseQuotes: boolean;
  #number = 0;
  /** Number of fields of the first row. */
  #width = 0;
  /** First line of the row that is not complete, or 0. Its state follows. */
  #first = 0;
  #fields: string[] = [];
  /** Lines of its last field, whose quotes are not closed. */
  #open: string[] = [];
  #length = 0;
  /** The fields of its only line if the quote is text. */
  #asText: string[] | undefined;

  /**
   * Creates a reader.
   *
   * @param source Name of the file for errors.
   * @param delimiter A comma or a tab.
   * @param looseQuotes Whether quotes that do not enclose a field are text, as in most TSV files. A quote that is not
   *   closed on its line is text if that line and the next one have as many fields as the first row, which must be several.
   */
  constructor(source: string, delimiter: "," | "\t", looseQuotes = false) {
    this.#source = source;
    this.#delimiter = delimiter;
    this.#looseQuotes = looseQuotes;
  }

  /**
   * Reads a line.
   *
   * @param line The next line.
   * @returns The rows that it completes.
   * @throws {SyntaxError} If text follows a closing quote, or a row is too long; the message names the line.
   */
  push(line: string): TableRow[] {
    this.#number++;
    if (this.#first === 0) return line.trim() === "" ? [] : this.#start(line);
    if (this.#asText !== undefined && line.trim() !== "") {
      const asText = { line: this.#first, fields: this.#asText };
      this.#asText = undefined;
      if (splitLine(line, 0, this.#delimiter).fields.length === this.#width) {
        this.#first = 0;
        return [asText, ...this.#start(line)];
      }
    }
    return this.#continue(line);
  }

  /**
   * Ends the table.
   *
   * @returns The rows that its end completes.
   * @throws {SyntaxError} If a quote is not closed; the message names the line.
   */
  end(): TableRow[] {
    if (this.#first === 0) return [];
    if (this.#asText === undefined) throw notClosed(this.#source, this.#first);
    return [{ line: this.#first, fields: this.#asText }];
  }

  /** Reads the first line of a row. */
  #start(line: string): TableRow[] {
    this.#first = this.#number;
    this.#fields = [];
    this.#length = 0;
    const rows = this.#split(line, 0);
    if (rows.length > 0 || !this.#looseQuotes) return rows;
    const { fields } = splitLine(line, 0, this.#delimiter);
    if (this.#width === 0) {
      this.#fields = [];
      return this.#complete(fields);
    }
    // With one column, every line has as many fields as the first one.
    if (this.#width > 1 && fields.length === this.#width) this.#asText = fields;
    return [];
  }

  /** Reads a line that starts within quotes. */
  #continue(line: string): TableRow[] {
    const end = closingQuote(line, 0);
    if (end < 0) return this.#keepOpen(line);
    this.#open.push(line.slice(0, end));
    const field = this.#open.join("\n");
    if (end + 1 < line.length && line[end + 1] !== this.#delimiter) {
      throw this.#textFollows(`"${field}${line.slice(end)}`);
    }
    this.#fields.push(field.replaceAll('""', '"'));
    return this.#split(line, end + 2);
  }

  /** Reads the fields from a place where one starts. */
  #split(line: string, start: number): TableRow[] {
    const { fields, open, damaged } = splitLine(line, start, this.#delimiter);
    if (damaged !== undefined && !this.#looseQuotes && !(open && open.start < damaged)) {
      throw this.#textFollows(line.slice(damaged));
    }
    if (open === undefined) return this.#complete(fields);
    // Not spread into push(), which has a limited number of arguments.
    this.#fields = [...this.#fields, ...fields.slice(0, open.field)];
    this.#open = [];
    return this.#keepOpen(line.slice(open.start + 1));
  }

  #keepOpen(text: string): TableRow[] {
    this.#open.push(text);
    this.#length += text.length;
    if (this.#length > MAX_QUOTED_LENGTH) {
      throw notClosed(this.#source, this.#first, " within 16 million characters");
    }
    return [];
  }

  #complete(fields: string[]): TableRow[] {
    const row = { line: this.#first, fields: [...this.#fields, ...fields] };
    this.#width ||= row.fields.length;
    this.#first = 0;
    return [row];
  }

  #textFollows(field: string): SyntaxError {
    return new SyntaxError(
      `Cannot read ${this.#source}: in the row of line ${this.#first}, text follows the ` +
        `closing quote of ${quote(field.slice(0, 20))}; double the quotes within a field`,
    );
  }
}

function notClosed(source: string, line: number, within = ""): SyntaxError {
  return new SyntaxError(
    `Cannot read ${source}: the row of line ${line} has a quote that is not closed${within}`,
  );
}

/** The fields of a line, with the quotes of those that they do not enclose. */
interface LineFields {
  readonly fields: string[];
  /** Start and number of the first field whose quotes are not closed. */
  readonly open?: { readonly start: number; readonly field: number };
  /** Start of the first field with text after its quotes. */
  readonly damaged?: number;
}

/** Splits a line from a place where a field starts; there is none after the end. */
function splitLine(line: string, start: number, delimiter: string): LineFields {
  const fields: string[] = [];
  let open: LineFields["open"], damaged: number | undefined;
  while (start <= line.length) {
    if (line[start] === '"') {
      const end = closingQuote(line, start + 1);
      if (end >= 0 && (end + 1 === line.length || line[end + 1] === delimiter)) {
        fields.push(line.slice(start + 1, end).replaceAll('""', '"'));
        start = end + 2;
        continue;
      }
      if (end < 0) open ??= { start, field: fields.length };
      else damaged ??= start;
    }
    const found = line.indexOf(delimiter, start);
    const end = found < 0 ? line.length : found;
    fields.push(line.slice(start, end));
    start = end + 1;
  }
  return { fields, open, damaged };
}

/** Returns the place of the first quote that is not doubled, or -1. */
function closingQuote(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end;
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
  let width = 0, index = -1;
  for await (const rows of tableRows(batches, source, delimiter)) {
    for (const { line, fields } of rows) {
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
}

/**
 * Reads the rows of a table as its lines arrive. In TSV files, quotes that do not enclose a field are text.
 *
 * @param batches Lines of the file.
 * @param source Name of the file.
 * @param delimiter A comma or a tab.
 * @returns Batches of rows, the first of which is the header.
 * @throws {SyntaxError} If a row is damaged; the message names the line.
 */
export async function* tableRows(
  batches: AsyncIterable<string[]>,
  source: string,
  delimiter: "," | "\t",
): AsyncGenerator<TableRow[]> {
  const reader = new RowReader(source, delimiter, delimiter === "\t");
  for await (const lines of batches) yield lines.flatMap((line) => reader.push(line));
  yield reader.end();
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
    if (element.length <= MAX_ELEMENT_LENGTH) continue;
    throw new SyntaxError(
      `Cannot read ${source}: an element of the array is longer than 64 million characters; ` +
        "divide its text, such as into an element per paragraph",
    );
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
