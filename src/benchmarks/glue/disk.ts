/**
 * Reads GLUE's files from disk. Requires Deno.
 *
 * @module
 */
import { readParquetRows } from "../../data/disk/mod.ts";
import { lacks, Sha256 } from "../../files/mod.ts";
import { formatCount } from "../../json/mod.ts";
import {
  checkDisjoint,
  describeMalformed,
  type GlueFile,
  GlueFileError,
  type GlueFileKind,
  type GlueRow,
  lineList,
  readGlueFile,
} from "./reader.ts";
import {
  decodeUtf8,
  findOwnFile,
  holdOut,
  isFile,
  type OwnSplit,
  requiredFile,
} from "../own_data.ts";
import type { GlueHeldOut, ProblemType } from "./task.ts";
import type { GlueTaskDefinition } from "./tasks.ts";
import {
  type ClassWeights,
  scoreHint,
  textFileDefinition,
  textTaskDefinition,
  withClassWeights,
} from "./text_task.ts";

/** Training and validation rows of a task. */
export interface GlueData {
  /** Training rows. */
  readonly train: readonly GlueRow[];
  /** Validation sets; MNLI has two. */
  readonly heldOut: readonly GlueHeldOut[];
  /** SHA-256 of the files, hexadecimal. */
  readonly sha256: string;
}

/** Options for reading files. */
export interface GlueReadOptions {
  /** Whether a malformed line is an error; default false. */
  readonly strict?: boolean;
  /** Called with a sentence about skipped lines and files. */
  log(sentence: string): void;
}

/**
 * Finds a file of a task, in the folder itself or in its subfolder with the task's official name.
 *
 * @returns the path of the file
 * @throws {GlueFileError} if the file is in neither folder
 */
export async function findGlueFile(
  { folder }: Pick<GlueTaskDefinition, "folder">,
  data: string,
  file: string,
): Promise<string> {
  for (const path of [`${data}/${folder}/${file}`, `${data}/${file}`]) {
    if (await isFile(path)) return path;
  }
  throw new GlueFileError(lacks(data, `${folder}/${file} or ${file}`));
}

/**
 * Reads a task's training file and validation files.
 *
 * @throws {GlueFileError} if a file is missing or invalid, or the validation rows are training rows
 */
export async function loadGlueData(
  definition: GlueTaskDefinition,
  data: string,
  options: GlueReadOptions,
): Promise<GlueData> {
  const sum = new Sha256();
  const trainPath = await findGlueFile(definition, data, "train.tsv");
  const train = await readRows(definition, "train", trainPath, options, sum);
  const heldOut: GlueHeldOut[] = [];
  for (const { name, dev } of definition.splits) {
    const path = await findGlueFile(definition, data, dev).catch((error) => {
      if (name === "") throw error;
      options.log(`${error.message}; skipping this validation set`);
      return null;
    });
    if (path === null) continue;
    const rows = await readRows(definition, "dev", path, options, sum);
    checkDisjoint(train, rows, trainPath, path);
    heldOut.push({ name, rows });
  }
  return { train, heldOut, sha256: sum.hex() };
}

/** Endings of the user's own files of texts. */
const TEXT_ENDINGS = [".tsv", ".csv", ".jsonl", ".json", ".parquet"];

/** Options of {@linkcode loadTextData}. */
export interface TextDataOptions extends GlueReadOptions {
  /** What labels are; by default several classes if a label is a JSON array, else one class. */
  readonly type?: ProblemType;
  /** Share of the training rows to hold out if the folder has no dev file. */
  readonly devFraction: number;
  /** Weights of the classes in the loss; default none. */
  readonly classWeights?: ClassWeights;
}

/** The user's own text task with its rows. */
export interface TextData extends GlueData {
  /** The task. */
  readonly definition: GlueTaskDefinition;
}

/**
 * Reads the training file and the validation file of a folder of texts. Without the latter, a part of the training rows is held out.
 *
 * @throws {GlueFileError} if a file is missing or invalid, or the validation rows are training rows
 * @throws {RangeError} if the class weights do not fit the classes
 */
export async function loadTextData(data: string, options: TextDataOptions): Promise<TextData> {
  const { type, devFraction, classWeights = "none", log } = options;
  const sum = new Sha256();
  const trainPath = await findTextFile(data, "train");
  const task = textTaskDefinition(await readTable(trainPath), trainPath, type);
  const all = await readRows(task, "train", trainPath, options, sum);
  const devPath = await findOwnFile(data, "dev", TEXT_ENDINGS);
  if (devPath !== null) {
    const rows = await readRows(task, "dev", devPath, options, sum);
    checkDisjoint(all, rows, trainPath, devPath);
    const definition = withClassWeights(task, all, classWeights);
    return { definition, train: all, heldOut: [{ name: "", rows }], sha256: sum.hex() };
  }
  const { train, dev } = holdOut(all, devFraction);
  log(`${data} has no dev file: holding out ${dev.length} of ${all.length} rows`);
  return {
    definition: withClassWeights(task, train, classWeights),
    train,
    heldOut: [{ name: "", rows: dev }],
    sha256: `${sum.hex()} ${devFraction}`,
  };
}

/**
 * Returns the task of a file of texts for a model with the given classes.
 *
 * @throws {GlueFileError} if the file is missing or invalid
 */
export async function readTextTask(
  path: string,
  labels: readonly string[],
  type?: ProblemType,
): Promise<GlueTaskDefinition> {
  return textFileDefinition(labels, await readTable(path), path, type);
}

/**
 * Finds the user's own file of texts of a split.
 *
 * @returns its path
 * @throws {RecordError} if there are none or several
 */
export async function findTextFile(data: string, split: OwnSplit): Promise<string> {
  return await requiredFile(data, split, TEXT_ENDINGS);
}

/** Reads a table as TSV. */
async function readTable(
  path: string,
  sum?: { update(bytes: Uint8Array): unknown },
): Promise<string> {
  const bytes = await Deno.readFile(path);
  sum?.update(bytes);
  if (path.endsWith(".parquet")) return await parquetAsTsv(path);
  return decodeUtf8(bytes, path, GlueFileError);
}

/** Class of rows without a label, in Hugging Face's data sets. */
const NO_CLASS = -1;

/**
 * Reads a Parquet file as TSV with quotes. Labels that are integers with names, as in Hugging Face's
 * data sets, become the names, and lists JSON arrays. Missing values, and columns that contain
 * neither text nor numbers, are empty.
 */
async function parquetAsTsv(path: string): Promise<string> {
  const { columns, classes, rows } = await readParquetRows(path);
  const names = new Map(columns.map((column) => [column, classes(column)]));
  const quoted = (text: string) => `"${text.replace(/\s/g, " ").replaceAll('"', '""')}"`;
  const valueText = (value: unknown, classNames: readonly string[] | null): string => {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    if (classNames !== null && isNumber) {
      return Number(value) === NO_CLASS ? "" : classNames[Number(value)] ?? String(value);
    }
    return isNumber || typeof value === "string" || typeof value === "boolean" ? String(value) : "";
  };
  const cell = (row: Record<string, unknown>, column: string): string => {
    const value = row[column], classNames = names.get(column) ?? null;
    if (!Array.isArray(value)) return quoted(valueText(value, classNames));
    return quoted(JSON.stringify(value.map((one) => valueText(one, classNames))));
  };
  const lines = rows.map((row) => columns.map((column) => cell(row, column)).join("\t"));
  return [columns.map(quoted).join("\t"), ...lines].join("\n");
}

/**
 * Reads the rows of one file, and logs skipped lines.
 *
 * @throws {GlueFileError} if the file is invalid, or has malformed lines and `strict` is set or the file is a test file
 */
export async function readRows(
  definition: GlueTaskDefinition,
  kind: GlueFileKind,
  path: string,
  { strict = false, log }: GlueReadOptions,
  sum?: { update(bytes: Uint8Array): unknown },
): Promise<readonly GlueRow[]> {
  const text = await readTable(path, sum);
  const { rows, malformed, unlabeled, quoted }: GlueFile = readGlueFile(
    ...[definition, kind, text, path] as const,
  );
  // A submission needs a prediction for every row.
  const stop = strict || kind === "test";
  const notices = [
    describeMalformed(path, malformed, !stop),
    unlabeled.length === 0
      ? null
      : `${path}: ${formatCount(unlabeled.length, "row")} without a label${
        stop ? "" : " skipped"
      } (line ${lineList(unlabeled)})`,
  ].filter((notice) => notice !== null);
  if (stop && notices.length > 0) throw new GlueFileError(notices.join("; "));
  if (quoted && !path.endsWith(".parquet")) {
    notices.push(`${path}: fields in quotes are read without them`);
  }
  const hint = kind === "train" && definition.name === "text"
    ? scoreHint(definition.labels, path)
    : null;
  if (hint !== null) notices.push(hint);
  notices.forEach(log);
  return rows;
}
