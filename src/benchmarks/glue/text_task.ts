/**
 * Text classification with the user's own TSV files, whose header names one or two text columns and a label column.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { GlueFileError, type GlueRow, labelNames, ownTableOf } from "./reader.ts";
import type { GlueColumns, GlueTaskDefinition } from "./tasks.ts";
import type { ProblemType } from "./task.ts";

/** Possible names of the text columns, in the order of precedence. */
const TEXTS: readonly (readonly string[])[] = [
  ["text", "text_pair"],
  ["text"],
  ["sentence"],
  ["sentence1", "sentence2"],
  ["premise", "hypothesis"],
];
/** The same names, for errors. */
const TEXT_NAMES = '"text", "sentence", or "sentence1" and "sentence2"';
/** Possible names of the label column. */
const LABELS = ["label", "labels", "score"];
/** A label column with more distinct values contains scores or ids rather than classes. */
const MAX_LABELS = 1000;

/**
 * Returns the task of a training file. Its classes are the labels in the file without surrounding white space, sorted; empty ones are ignored.
 *
 * @param train text of the training file
 * @param file name of the file for errors; its ending gives the format
 * @param type one class per row, several, or a score; by default several if a label is a JSON array, else one
 * @throws {GlueFileError} if the header does not name the columns, or there are not 2 to 1000 classes
 */
export function textTaskDefinition(
  train: string,
  file: string,
  type?: ProblemType,
): GlueTaskDefinition {
  const [header, ...rows] = ownTableOf(train, file).rows.map(({ fields }) => fields);
  const columns = textColumns(header, file);
  const { count, label } = columns;
  if (label === undefined) throw missingColumns(header, file, `, and "${LABELS[0]}"`);
  const fields = rows.filter((row) => row.length === count).map((row) => row[label].trim());
  const several = type === undefined
    ? fields.some((field) => /^\[.*\]$/.test(field))
    : type === "multi_label_classification";
  const layouts = { labeled: [columns], test: NO_FILE };
  if (type === "regression") return definition([], layouts, type);
  const found = new Set(several ? fields.flatMap(labelNames) : fields);
  found.delete("");
  if (found.size < 2 || found.size > MAX_LABELS) {
    throw new GlueFileError(
      `${file}: the label column must have 2 to ${MAX_LABELS} distinct labels, got ${found.size}`,
    );
  }
  return definition([...found].sort(), layouts, several ? "multi_label_classification" : type);
}

/**
 * Returns the task of a file for a model with known classes. The label column is optional.
 *
 * @param labels classes of the model; none for a regression
 * @param text text of the file
 * @param file name of the file for errors
 * @throws {GlueFileError} if the header does not name the text columns
 */
export function textFileDefinition(
  labels: readonly string[],
  text: string,
  file: string,
  type?: ProblemType,
): GlueTaskDefinition {
  const columns = textColumns(ownTableOf(text, file).rows[0]?.fields, file);
  return definition(
    labels,
    columns.label === undefined
      ? { labeled: [], test: columns }
      : { labeled: [columns], test: NO_FILE },
    type,
  );
}

/**
 * Returns a hint if the classes look like scores.
 *
 * @returns a sentence, or null
 */
export function scoreHint(labels: readonly string[], file: string): string | null {
  const scores = labels.length > 2 && labels.every((label) => /^-?\d+([.,]\d+)?$/.test(label)) &&
    labels.some((label) => /[.,]\d*[1-9]/.test(label));
  if (!scores) return null;
  return `${file}: the labels are numbers such as ${labels[0]} and ${labels[1]}, which become ` +
    `${labels.length} classes without order; use --problem-type regression to predict scores`;
}

/** Layout that matches no file. */
const NO_FILE: GlueColumns = { count: 0, texts: [] };

function definition(
  labels: readonly string[],
  layouts: Pick<GlueTaskDefinition, "labeled" | "test">,
  type?: ProblemType,
): GlueTaskDefinition {
  return {
    ...{ name: "text", folder: "text", labels, ...layouts },
    splits: [{ name: "", dev: "dev.tsv", test: "test.tsv", submission: "predictions.tsv" }],
    metrics: labels.length === 0 ? ["pearson", "spearmanr"] : ["accuracy"],
    ...(type === "multi_label_classification" && { multiLabel: true }),
  };
}

/** Returns the positions of the text columns and the label column. */
function textColumns(names: readonly string[] = [""], file: string): GlueColumns {
  const texts = textPlaces(names);
  if (texts === undefined) throw missingColumns(names, file, "");
  const label = LABELS.map((name) => placeOf(name, names)).find((place) => place >= 0) ?? -1;
  const places = label < 0 ? texts : [...texts, label];
  const header = names.map((name) => name.trim());
  const repeated = places.map((place) => header[place])
    .find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (repeated !== undefined) {
    throw new GlueFileError(`${file}: its header has the column ${quote(repeated)} twice`);
  }
  return {
    ...{ count: header.length, texts, label: label < 0 ? undefined : label },
    header: Object.fromEntries(places.map((place) => [place, header[place]])),
  };
}

/** Returns the positions of the text columns; undefined if there are none. */
function textPlaces(names: readonly string[]): readonly number[] | undefined {
  return TEXTS.map((columns) => columns.map((column) => placeOf(column, names)))
    .find((places) => !places.includes(-1));
}

/** Returns the position of a column, whose name may have other case and white space around it; -1 if there is none. */
function placeOf(column: string, names: readonly string[]): number {
  const exact = names.indexOf(column);
  return exact >= 0 ? exact : names.findIndex((name) => name.trim().toLowerCase() === column);
}

function missingColumns(
  header: readonly string[],
  file: string,
  more: string,
): GlueFileError {
  const got = header.join("") === ""
    ? "an empty line"
    : header.slice(0, 20).map((name) => quote(name)).join(", ");
  return new GlueFileError(
    `${file}, line 1: the header must contain ${TEXT_NAMES}${more}, got ${got}`,
  );
}

/**
 * Returns the texts of a record under the names of the text columns.
 *
 * @throws {GlueFileError} if the record has no such columns, or one is not a string
 */
export function recordTexts(
  fields: Readonly<Record<string, unknown>>,
  where: string,
): readonly string[] {
  const names = Object.keys(fields);
  const places = textPlaces(names);
  if (places === undefined) {
    const got = names.map((name) => quote(name)).join(", ") || "none";
    throw new GlueFileError(`${where}: the fields must contain ${TEXT_NAMES}, got ${got}`);
  }
  return places.map((place) => {
    const value = fields[names[place]];
    if (typeof value === "string") return value;
    throw new GlueFileError(
      `${where}: ${quote(names[place])} must be a string, got ${quote(value)}`,
    );
  });
}

/** Values of `--class-weights`. */
export type ClassWeights = "none" | "balanced" | readonly number[];

/**
 * Returns the task with weights of its classes in the loss. `balanced` gives each class the weight `rows / (classes · rows of the class)`, as scikit-learn; classes without rows do not count.
 *
 * @throws {RangeError} if the task does not have one class per row, or the weights are not one positive number per class
 */
export function withClassWeights(
  task: GlueTaskDefinition,
  rows: readonly GlueRow[],
  weights: ClassWeights,
): GlueTaskDefinition {
  if (weights === "none") return task;
  const { labels } = task;
  if (task.multiLabel || labels.length === 0) {
    throw new RangeError("classWeights must be none for a task without one class per row");
  }
  if (weights === "balanced") {
    const counts = labels.map((_, id) => rows.filter(({ label }) => label === id).length);
    const classes = counts.filter((count) => count > 0).length;
    const balanced = counts.map((count) => count === 0 ? 0 : rows.length / (classes * count));
    return { ...task, weights: balanced };
  }
  if (weights.length !== labels.length || !weights.every((weight) => weight > 0)) {
    throw new RangeError(
      `classWeights must be ${labels.length} positive numbers, one for each of ${
        labels.join(", ")
      } (got ${weights.join(",")})`,
    );
  }
  return { ...task, weights };
}
