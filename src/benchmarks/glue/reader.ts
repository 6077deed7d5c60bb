/**
 * Reads GLUE's TSV files. Fields are separated by tabs only; quotes are part of the text, and often unbalanced. In the user's own files, fields may be quoted as in CSV.
 *
 * @module
 */
import { RowReader, type TableRow } from "../../data/readers/mod.ts";
import { exactJson, formatCount, isObject, parseExactJson, quote } from "../../json/mod.ts";
import { type GlueColumns, type GlueTaskDefinition, readLabel } from "./tasks.ts";

/** A row of a file. */
export interface GlueRow {
  /** First column of a test file, unless it is a text; else the index of the row from 0. */
  readonly index: string;
  /** One or two texts. */
  readonly texts: readonly string[];
  /** Class id, or score for a regression task; undefined in a test file. */
  readonly label?: number;
  /** Class ids of a task with several labels per row; undefined in a test file. */
  readonly labels?: readonly number[];
}

/** The contents of a file. */
export interface GlueFile {
  /** Rows in file order. */
  readonly rows: readonly GlueRow[];
  /** Skipped lines, which have another number of columns. */
  readonly malformed: readonly MalformedLine[];
  /** Line numbers of skipped rows with an empty label, in the user's own files. */
  readonly unlabeled: readonly number[];
  /** Whether fields are quoted as in CSV. */
  readonly quoted: boolean;
}

/** A line with a wrong number of columns. */
export interface MalformedLine {
  /** Line number from 1. */
  readonly line: number;
  /** Number of columns in the line. */
  readonly columns: number;
  /** Number of columns in a row. */
  readonly expected: number;
}

/** Thrown if a file is missing, or is not a valid file of its task; the message names file and line. */
export class GlueFileError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "GlueFileError";
}

/** Use of a file. MNLI's validation files have more columns than its training file. */
export type GlueFileKind = "train" | "dev" | "test";

/**
 * Parses the text of a file.
 *
 * @param file name of the file for errors
 * @throws {GlueFileError} if a label is unknown, the header has other columns, there are no rows, or a validation file is given for training
 */
export function readGlueFile(
  task: GlueTaskDefinition,
  kind: GlueFileKind,
  text: string,
  file: string,
): GlueFile {
  const own = task.name === "text";
  const { rows: table, quoted } = own ? ownTableOf(text, file) : tableOf(text, false);
  if (table.length === 0) throw new GlueFileError(`${file} is empty`);
  const columns = chooseColumns(task, kind, table[0].fields, file);
  // A user's test file may have text columns only.
  const hasIndex = kind === "test" && !columns.texts.includes(0);
  const rows: GlueRow[] = [];
  const malformed: MalformedLine[] = [];
  const unlabeled: number[] = [];
  for (const { line, fields } of columns.header === undefined ? table : table.slice(1)) {
    if (fields.length !== columns.count) {
      malformed.push({ line, columns: fields.length, expected: columns.count });
      continue;
    }
    const index = hasIndex ? fields[0] : `${rows.length + malformed.length + unlabeled.length}`;
    const texts = columns.texts.map((column) => fields[column]);
    if (columns.label === undefined) {
      rows.push({ index, texts });
      continue;
    }
    const name = own ? fields[columns.label].trim() : fields[columns.label];
    if (task.multiLabel) {
      const ids = labelNames(name).map((one) => {
        const id = readLabel(task, one);
        if (id === null) throw unknownLabel(task, one, file, line);
        return id;
      });
      rows.push({ index, texts, labels: [...new Set(ids)].sort((a, b) => a - b) });
      continue;
    }
    if (own && name === "") {
      unlabeled.push(line);
      continue;
    }
    const label = readLabel(task, name);
    if (label === null) throw unknownLabel(task, name, file, line);
    rows.push({ index, texts, label });
  }
  if (rows.length === 0) {
    throw new GlueFileError(
      malformed.length === 0
        ? `${file} has no rows ${unlabeled.length > 0 ? "with a label" : "after the header"}`
        : `${file}, line ${
          malformed[0].line
        }: expected ${columns.count} tab-separated columns for ${task.folder}, got ${
          malformed[0].columns
        }; no other line is valid`,
    );
  }
  return { rows, malformed, unlabeled, quoted };
}

/** Returns the names in a label field with several labels: a JSON array, or names separated by commas. */
export function labelNames(field: string): string[] {
  if (field.trim().startsWith("[")) {
    try {
      const names: unknown = JSON.parse(field);
      if (Array.isArray(names)) return names.map((name) => `${name}`.trim());
    } catch {
      // Not JSON: a label that starts with a bracket.
    }
  }
  return field.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/**
 * Splits one of the user's own files into rows of fields, the first of which is the header. The ending of its name gives the format: `.csv`, `.jsonl`, `.json`; else
 * fields are separated by tabs.
 *
 * @throws {GlueFileError} if the file does not have the format
 */
export function ownTableOf(
  text: string,
  file: string,
): { readonly rows: readonly TableRow[]; readonly quoted: boolean } {
  const ending = /\.(csv|jsonl|json)$/i.exec(file)?.[1].toLowerCase();
  if (ending === undefined) return tableOf(text, true);
  if (ending !== "csv") return { rows: jsonTable(text, file), quoted: false };
  const reader = new RowReader(file, ",");
  try {
    const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
    const rows = lines.flatMap((line) => reader.push(line));
    return { rows: [...rows, ...reader.end()], quoted: false };
  } catch (error) {
    if (error instanceof SyntaxError) throw new GlueFileError(error.message);
    throw error;
  }
}

/** Returns the objects of JSON lines, or of an array, as a table whose columns are the fields of all objects. */
function jsonTable(text: string, file: string): TableRow[] {
  const content = text.replace(/^\uFEFF/, "");
  const records: { line: number; value: unknown }[] = [];
  try {
    if (content.trimStart().startsWith("[")) {
      const values = parseExactJson(content) as unknown[];
      values.forEach((value, i) => records.push({ line: i + 1, value }));
    } else {
      for (const [i, line] of content.split("\n").entries()) {
        if (line.trim() === "") continue;
        records.push({ line: i + 1, value: parseLine(line, i + 1, file) });
      }
    }
  } catch (error) {
    if (error instanceof GlueFileError) throw error;
    throw new GlueFileError(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  const header: string[] = [];
  for (const { line, value } of records) {
    if (!isObject(value)) {
      throw new GlueFileError(`${file}, line ${line}: expected a JSON object, got ${quote(value)}`);
    }
    for (const name of Object.keys(value)) if (!header.includes(name)) header.push(name);
  }
  if (records.length === 0) return [];
  const rows = records.map(({ line, value }) => ({
    line,
    fields: header.map((name) => fieldText((value as Record<string, unknown>)[name])),
  }));
  return [{ line: 1, fields: header }, ...rows];
}

function parseLine(text: string, line: number, file: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new GlueFileError(`${file}, line ${line}: expected a JSON object, got ${quote(text)}`);
  }
}

function fieldText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : exactJson(value)!;
}

/**
 * Splits a file into rows of fields. Blank lines at its end are ignored.
 *
 * @param mayQuote whether fields may be quoted; they are if that gives as many complete rows as without quotes
 */
export function tableOf(
  text: string,
  mayQuote: boolean,
): { readonly rows: readonly TableRow[]; readonly quoted: boolean } {
  // MRPC's files may start with a byte-order mark.
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  while (lines.at(-1)?.trim() === "") lines.pop();
  const rows = lines.map((line, i) => ({ line: i + 1, fields: line.split("\t") }));
  if (mayQuote && /(?:^|[\t\n])"/.test(text)) {
    const unquoted = unquotedRows(lines);
    if (completeRows(unquoted) >= completeRows(rows)) return { rows: unquoted, quoted: true };
  }
  return { rows, quoted: false };
}

/** Returns no rows if quotes are not balanced. */
function unquotedRows(lines: readonly string[]): TableRow[] {
  const reader = new RowReader("", "\t");
  try {
    const rows = lines.flatMap((line) => reader.push(line));
    return [...rows, ...reader.end()];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function completeRows(rows: readonly TableRow[]): number {
  return rows.filter(({ fields }) => fields.length === rows[0].fields.length).length;
}

/** Returns a sentence about malformed lines, or null if there are none; `skipped` is whether they were skipped. */
export function describeMalformed(
  file: string,
  malformed: readonly MalformedLine[],
  skipped = true,
): string | null {
  if (malformed.length === 0) return null;
  const [{ columns, expected }] = malformed;
  const lines = lineList(malformed.map(({ line }) => line));
  return `${file}: ${formatCount(malformed.length, "malformed line")}${
    skipped ? " skipped" : ""
  } (line ${lines}): got ${columns} columns, expected ${expected}`;
}

/** Lists the first line numbers. */
export function lineList(lines: readonly number[]): string {
  return lines.slice(0, 5).join(", ") + (lines.length > 5 ? ", …" : "");
}

/** Selects the column layout of a file by its first line. */
function chooseColumns(
  task: GlueTaskDefinition,
  kind: GlueFileKind,
  first: readonly string[],
  file: string,
): GlueColumns {
  const isTestFile = isHeaderOf(task.test, first);
  if (kind === "test") {
    if (isTestFile) return task.test;
    throw wrongHeader(task, [task.test], first, file);
  }
  if (isTestFile) {
    throw new GlueFileError(
      `${file}, line 1: this is a test file of ${task.folder} without labels; use train.tsv or dev.tsv`,
    );
  }
  const fitting = task.labeled.find((columns) =>
    columns.header === undefined || isHeaderOf(columns, first)
  );
  if (fitting === undefined) throw wrongHeader(task, task.labeled, first, file);
  if (kind === "train" && fitting.heldOutOnly) {
    throw new GlueFileError(
      `${file}, line 1: this is a dev file of ${task.folder} (${fitting.count} columns); use train.tsv for training`,
    );
  }
  return fitting;
}

function isHeaderOf({ count, header = {} }: GlueColumns, first: readonly string[]): boolean {
  const names = Object.entries(header);
  return first.length === count && names.length > 0 &&
    names.every(([column, name]) =>
      first[Number(column)].trim().toLowerCase() === name.toLowerCase()
    );
}

function wrongHeader(
  { folder }: GlueTaskDefinition,
  layouts: readonly GlueColumns[],
  first: readonly string[],
  file: string,
): GlueFileError {
  const counts = layouts.map(({ count }) => count).join(" or ");
  const names = Object.values(layouts[0].header ?? {}).map((name) => `"${name}"`).join(", ");
  return new GlueFileError(
    `${file}, line 1: expected a header of ${counts} columns for ${folder} with ${names}, got ${first.length} columns: ${
      quote(first.join("\t"))
    }`,
  );
}

function unknownLabel(
  { name, folder, labels }: GlueTaskDefinition,
  label: string,
  file: string,
  line: number,
): GlueFileError {
  const score = name === "text" ? "a number" : "a score from 0 to 5";
  const expected = labels.length > 0 ? `one of ${labels.join(", ")}` : score;
  return new GlueFileError(
    `${file}, line ${line}: label ${quote(label)} is not valid for ${folder}, expected ${expected}`,
  );
}

/**
 * Checks that the training file is not the validation file under another name.
 *
 * @throws {GlueFileError} if every validation row is also a training row
 */
export function checkDisjoint(
  train: readonly GlueRow[],
  heldOut: readonly GlueRow[],
  trainFile: string,
  heldOutFile: string,
): void {
  const key = ({ texts, label, labels = [] }: GlueRow) => [...texts, label, ...labels].join("\t");
  const known = new Set(train.map(key));
  if (heldOut.every((row) => known.has(key(row)))) {
    throw new GlueFileError(
      `${trainFile} contains every row of ${heldOutFile}: use a training file without the validation rows`,
    );
  }
}
