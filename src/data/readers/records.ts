/**
 * Reads records: the fields of each line of JSON, row of a table, or line of text.
 *
 * @module
 */
import { checkDepth, exactJson, isObject, parseExactJson, quote } from "../../json/mod.ts";
import { decode, linesOf } from "./lines.ts";
import { jsonElements, tableRows } from "./tables.ts";

/** Formats of records, for messages and command lines. `lines` has one record per line with the single field `text`. */
export const RECORD_FORMATS = ["lines", "jsonl", "json", "csv", "tsv"] as const;

/** A format of records. */
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** A record of a file. */
export interface TextRecord {
  /** Number of its first line, from 1; of its element in a JSON array. */
  readonly line: number;
  /** Values by field or column. Those of tables are strings; integers above 2^53 are bigints. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Returns a record with additional fields as a line of JSON.
 *
 * @param source Name of the file for errors.
 * @throws {SyntaxError} If the record already has one of the fields.
 */
export function recordLine(
  { line, fields }: TextRecord,
  added: object,
  source: string,
): string {
  const taken = Object.keys(added).find((name) => Object.hasOwn(fields, name));
  if (taken !== undefined) {
    throw new SyntaxError(
      `${source}: the record of line ${line} already has the field "${taken}", which the output ` +
        "adds; rename or remove it",
    );
  }
  return `${exactJson({ ...fields, ...added })}\n`;
}

/** Returns the format that the name of a file indicates: `lines` unless it ends in `.jsonl`, `.ndjson`, `.json`, `.csv` or `.tsv`, and maybe `.gz` or `.zst`. */
export function recordFormatOf(name: string): RecordFormat {
  const ending = /\.(jsonl|ndjson|json|csv|tsv)(\.gz|\.zst)?$/i.exec(name)?.[1].toLowerCase();
  if (ending === undefined) return "lines";
  return ending === "ndjson" ? "jsonl" : ending as RecordFormat;
}

/**
 * Reads the records of a file, in batches as its bytes arrive.
 *
 * @param bytes uncompressed content
 * @param name name of the file for errors
 * @throws {SyntaxError} if the content is not valid UTF-8, or does not have the format; the message names the line
 */
export async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  format: RecordFormat = recordFormatOf(name),
): AsyncGenerator<TextRecord[]> {
  if (format === "json") return yield* arrayRecords(bytes, name);
  if (format === "csv") return yield* tableRecords(bytes, name, ",");
  if (format === "tsv") return yield* tableRecords(bytes, name, "\t");
  let number = 0;
  for await (const lines of linesOf(bytes, name)) {
    const records: TextRecord[] = [];
    for (const text of lines) {
      const line = ++number;
      if (format === "lines") records.push({ line, fields: { text } });
      else if (text.trim() !== "") records.push(jsonRecord(text, line, name));
    }
    if (records.length > 0) yield records;
  }
}

async function* arrayRecords(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<TextRecord[]> {
  let number = 0;
  for await (const text of jsonElements(decode(bytes, name, ","), name)) {
    yield [jsonRecord(text, ++number, name, "element")];
  }
}

function jsonRecord(text: string, line: number, name: string, unit = "line"): TextRecord {
  let fields: unknown;
  try {
    fields = parseExactJson(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${name}: ${unit} ${line} is not valid JSON`, { cause });
  }
  try {
    checkDepth(fields);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${name}: ${unit} ${line}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (isObject(fields)) return { line, fields };
  throw new SyntaxError(
    `Cannot read ${name}: ${unit} ${line} must be a JSON object, got ${quote(fields)}`,
  );
}

async function* tableRecords(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  delimiter: "," | "\t",
): AsyncGenerator<TextRecord[]> {
  let header: string[] | undefined;
  for await (const rows of tableRows(linesOf(bytes, name), name, delimiter)) {
    const records: TextRecord[] = [];
    for (const { line, fields } of rows) {
      if (header === undefined) header = headerOf(fields, name);
      else if (fields.length === header.length) {
        const entries = header.map((field, i) => [field, fields[i]] as const);
        records.push({ line, fields: Object.fromEntries(entries) });
      } else {
        throw new SyntaxError(
          `Cannot read ${name}: line ${line} has ${fields.length} fields, but the header has ` +
            `${header.length}; put texts with ${delimiter === "," ? "commas" : "tabs"} in quotes`,
        );
      }
    }
    if (records.length > 0) yield records;
  }
}

function headerOf(fields: readonly string[], name: string): string[] {
  const header = fields.map((field) => field.trim());
  const seen = new Set<string>();
  const repeated = header.find((field) => seen.size === seen.add(field).size);
  if (repeated === undefined) return header;
  throw new SyntaxError(
    `Cannot read ${name}: its header has the column ${quote(repeated)} twice`,
  );
}

/**
 * Returns a text field of a record.
 *
 * @throws {SyntaxError} if there is no such field, or it is not a string; the message names the fields
 */
export function textOf({ line, fields }: TextRecord, field: string, name: string): string {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof value === "string") return value;
  const names = Object.keys(fields).slice(0, 20).map((one) => quote(one)).join(", ") || "none";
  throw new SyntaxError(
    value === undefined
      ? `Cannot read ${name}: line ${line} has no field ${quote(field)}; its fields are ${names}`
      : `Cannot read ${name}: field ${quote(field)} of line ${line} must be a string, got ${
        quote(value)
      }`,
  );
}
