/**
 * A task of one's own in GLUE's manner: a TSV whose header names a text, or two, and a label.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { GlueFileError } from "./reader.ts";
import type { GlueColumns, GlueTaskDefinition } from "./tasks.ts";

/** What the columns of the texts may be called. */
const TEXTS: readonly (readonly string[])[] = [["text"], ["sentence"], ["sentence1", "sentence2"]];
const LABEL = "label";
/** More are scores or ids in the place of classes. */
const MOST_LABELS = 1000;

/**
 * The task that a training file is for. Its classes are the labels that the file has, in alphabetical order.
 *
 * @param train text of the training file
 * @param file named in errors
 * @throws {GlueFileError} for a header without the columns, a single class, or more than a thousand.
 */
export function textTaskDefinition(train: string, file: string): GlueTaskDefinition {
  const columns = textColumns(train, file);
  const { count, label } = columns;
  if (label === undefined) throw missingColumns(train, file, `, and "${LABEL}"`);
  const found = new Set<string>();
  for (const line of train.split(/\r?\n/).slice(1)) {
    const fields = line.split("\t");
    if (fields.length === count) found.add(fields[label]);
  }
  if (found.size < 2 || found.size > MOST_LABELS) {
    throw new GlueFileError(
      `${file}: its label column holds ${found.size} different labels; classes are 2 to ${MOST_LABELS}`,
    );
  }
  return definition([...found].sort(), { labeled: [columns], test: NO_FILE });
}

/**
 * The task of one file for a model that has its classes already. The file may have labels or none.
 *
 * @param labels the model's classes
 * @param text of the file
 * @param file named in errors
 * @throws {GlueFileError} for a header without texts.
 */
export function textFileDefinition(
  labels: readonly string[],
  text: string,
  file: string,
): GlueTaskDefinition {
  const columns = textColumns(text, file);
  return definition(
    labels,
    columns.label === undefined
      ? { labeled: [], test: columns }
      : { labeled: [columns], test: NO_FILE },
  );
}

/** The layout of no file at all. */
const NO_FILE: GlueColumns = { count: 0, texts: [] };

function definition(
  labels: readonly string[],
  layouts: Pick<GlueTaskDefinition, "labeled" | "test">,
): GlueTaskDefinition {
  return {
    ...{ name: "text", folder: "text", labels, ...layouts },
    splits: [{ name: "", dev: "dev.tsv", test: "test.tsv", submission: "predictions.tsv" }],
    metrics: ["accuracy"],
  };
}

/** Where the header says that the texts are, and the label. */
function textColumns(text: string, file: string): GlueColumns {
  const header = headerOf(text).split("\t").map((name) => name.trim().toLowerCase());
  const texts = TEXTS.map((names) => names.map((name) => header.indexOf(name)))
    .find((places) => !places.includes(-1));
  if (texts === undefined) throw missingColumns(text, file, "");
  const label = header.indexOf(LABEL);
  const places = label < 0 ? texts : [...texts, label];
  return {
    ...{ count: header.length, texts, label: label < 0 ? undefined : label },
    header: Object.fromEntries(places.map((place) => [place, header[place]])),
  };
}

function missingColumns(text: string, file: string, more: string): GlueFileError {
  const names = `"text", or "sentence1" and "sentence2"${more}`;
  return new GlueFileError(
    `${file}, line 1: the header must name ${names}; here is ${quote(headerOf(text))}`,
  );
}

function headerOf(text: string): string {
  return text.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0];
}
