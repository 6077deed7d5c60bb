/**
 * GLUE's TSV files. Fields are cut at tabs only: quotes in them are text, and often unbalanced.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { type GlueColumns, type GlueTaskDefinition, readLabel } from "./tasks.ts";

/** A row of a file. */
export interface GlueRow {
  /** Of the test file's first column if that is no text, else the row's number from 0. */
  readonly index: string;
  /** One text or two. */
  readonly texts: readonly string[];
  /** Class id or score; absent in a test file. */
  readonly label?: number;
}

/** The rows of a file, and what was wrong with others. */
export interface GlueFile {
  /** In order. */
  readonly rows: readonly GlueRow[];
  /** Lines that have another number of columns; left out. */
  readonly malformed: readonly MalformedLine[];
}

/** A line that is no row. */
export interface MalformedLine {
  /** From 1. */
  readonly line: number;
  /** That it has. */
  readonly columns: number;
  /** That a row has. */
  readonly expected: number;
}

/** A file that is not what it is given for. */
export class GlueFileError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "GlueFileError";
}

/** What a file is for: MNLI's held-out files have columns that its training file lacks. */
export type GlueFileKind = "train" | "dev" | "test";

/**
 * Reads the text of a file.
 *
 * @param file named in errors
 * @throws {GlueFileError} naming file and line: an unknown label, a header of other columns, no row at all, a held-out file given for training.
 */
export function readGlueFile(
  task: GlueTaskDefinition,
  kind: GlueFileKind,
  text: string,
  file: string,
): GlueFile {
  // MRPC's files may start with a byte order mark.
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new GlueFileError(`${file} is empty`);
  const columns = chooseColumns(task, kind, lines[0], file);
  // A test file of one's own may have nothing but texts.
  const ownIndex = kind === "test" && !columns.texts.includes(0);
  const rows: GlueRow[] = [];
  const malformed: MalformedLine[] = [];
  for (let line = columns.header === undefined ? 0 : 1; line < lines.length; line++) {
    const fields = lines[line].split("\t");
    if (fields.length !== columns.count) {
      malformed.push({ line: line + 1, columns: fields.length, expected: columns.count });
      continue;
    }
    const index = ownIndex ? fields[0] : `${rows.length + malformed.length}`;
    const texts = columns.texts.map((column) => fields[column]);
    if (columns.label === undefined) rows.push({ index, texts });
    else {
      const label = readLabel(task, fields[columns.label]);
      if (label === null) throw unknownLabel(task, fields[columns.label], file, line + 1);
      rows.push({ index, texts, label });
    }
  }
  if (rows.length === 0) {
    throw new GlueFileError(
      malformed.length === 0
        ? `${file} has no rows below its header`
        : `${file}, line ${
          malformed[0].line
        }: ${task.folder} has ${columns.count} columns between tabs, here are ${
          malformed[0].columns
        }, and no other line fits either`,
    );
  }
  return { rows, malformed };
}

/** One sentence about the lines that were left out, or null. */
export function describeMalformed(
  file: string,
  malformed: readonly MalformedLine[],
): string | null {
  if (malformed.length === 0) return null;
  const [{ columns, expected }] = malformed;
  const lines = malformed.slice(0, 5).map(({ line }) => line).join(", ");
  const more = malformed.length > 5 ? ", …" : "";
  return `${file}: ${malformed.length} malformed ${
    malformed.length === 1 ? "line" : "lines"
  } left out (line ${lines}${more}): ${columns} columns instead of ${expected}`;
}

/** Finds the layout of a file by its first line. */
function chooseColumns(
  task: GlueTaskDefinition,
  kind: GlueFileKind,
  firstLine: string,
  file: string,
): GlueColumns {
  const first = firstLine.split("\t");
  const isTestFile = isHeaderOf(task.test, first);
  if (kind === "test") {
    if (isTestFile) return task.test;
    throw wrongHeader(task, [task.test], firstLine, file);
  }
  if (isTestFile) {
    throw new GlueFileError(
      `${file}, line 1: this is a test file of ${task.folder}, without labels; give train.tsv or dev.tsv`,
    );
  }
  const fitting = task.labeled.find((columns) =>
    columns.header === undefined || isHeaderOf(columns, first)
  );
  if (fitting === undefined) throw wrongHeader(task, task.labeled, firstLine, file);
  if (kind === "train" && fitting.heldOutOnly) {
    throw new GlueFileError(
      `${file}, line 1: this is a dev file of ${task.folder} (${fitting.count} columns), given for training`,
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
  firstLine: string,
  file: string,
): GlueFileError {
  const counts = layouts.map(({ count }) => count).join(" or ");
  const names = Object.values(layouts[0].header ?? {}).map((name) => `"${name}"`).join(", ");
  return new GlueFileError(
    `${file}, line 1: ${folder} has a header of ${counts} columns, among them ${names}; here are ${
      firstLine.split("\t").length
    }: ${quote(firstLine)}`,
  );
}

function unknownLabel(
  { folder, labels }: GlueTaskDefinition,
  label: string,
  file: string,
  line: number,
): GlueFileError {
  const expected = labels.length > 0 ? `one of ${labels.join(", ")}` : "a score from 0 to 5";
  return new GlueFileError(
    `${file}, line ${line}: label ${quote(label)} is unknown, ${folder} has ${expected}`,
  );
}

/**
 * Checks that a training file is not the held-out file under another name.
 *
 * @throws {GlueFileError} when every held-out row is also a training row.
 */
export function checkApart(
  train: readonly GlueRow[],
  heldOut: readonly GlueRow[],
  trainFile: string,
  heldOutFile: string,
): void {
  const key = ({ texts, label }: GlueRow) => [...texts, label].join("\t");
  const known = new Set(train.map(key));
  if (heldOut.every((row) => known.has(key(row)))) {
    throw new GlueFileError(
      `${trainFile} holds every row of ${heldOutFile}: a dev file was given for training`,
    );
  }
}
