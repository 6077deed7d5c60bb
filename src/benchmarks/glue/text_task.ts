/**
 * Text classification with the user's own TSV files, whose header names one or two text columns and a label column.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import { GlueFileError, tableOf } from "./reader.ts";
import type { GlueColumns, GlueTaskDefinition } from "./tasks.ts";

/** Possible names of the text columns. */
const TEXTS: readonly (readonly string[])[] = [["text"], ["sentence"], ["sentence1", "sentence2"]];
const LABEL = "label";
/** A label column with more distinct values contains scores or ids rather than classes. */
const MAX_LABELS = 1000;

/**
 * Returns the task of a training file. Its classes are the labels in the file without surrounding white space, sorted; empty ones are ignored.
 *
 * @param train text of the training file
 * @param file name of the file for errors
 * @throws {GlueFileError} if the header does not name the columns, or there are not 2 to 1000 classes
 */
export function textTaskDefinition(train: string, file: string): GlueTaskDefinition {
  const [header, ...rows] = tableOf(train, true).rows.map(({ fields }) => fields);
  const columns = textColumns(header, file);
  const { count, label } = columns;
  if (label === undefined) throw missingColumns(header, file, `, and "${LABEL}"`);
  const found = new Set<string>();
  for (const fields of rows) if (fields.length === count) found.add(fields[label].trim());
  found.delete("");
  if (found.size < 2 || found.size > MAX_LABELS) {
    throw new GlueFileError(
      `${file}: the label column must have 2 to ${MAX_LABELS} distinct labels, got ${found.size}`,
    );
  }
  return definition([...found].sort(), { labeled: [columns], test: NO_FILE });
}

/**
 * Returns the task of a file for a model with known classes. The label column is optional.
 *
 * @param labels classes of the model
 * @param text text of the file
 * @param file name of the file for errors
 * @throws {GlueFileError} if the header does not name the text columns
 */
export function textFileDefinition(
  labels: readonly string[],
  text: string,
  file: string,
): GlueTaskDefinition {
  const columns = textColumns(tableOf(text, true).rows[0]?.fields, file);
  return definition(
    labels,
    columns.label === undefined
      ? { labeled: [], test: columns }
      : { labeled: [columns], test: NO_FILE },
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
    `${labels.length} classes without order; to predict scores from 0 to 5, write the columns of ` +
    "STS-B and use finetune glue --task sts-b";
}

/** Layout that matches no file. */
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

/** Returns the positions of the text columns and the label column. */
function textColumns(names: readonly string[] = [""], file: string): GlueColumns {
  const header = names.map((name) => name.trim().toLowerCase());
  const texts = TEXTS.map((names) => names.map((name) => header.indexOf(name)))
    .find((places) => !places.includes(-1));
  if (texts === undefined) throw missingColumns(names, file, "");
  const label = header.indexOf(LABEL);
  const places = label < 0 ? texts : [...texts, label];
  return {
    ...{ count: header.length, texts, label: label < 0 ? undefined : label },
    header: Object.fromEntries(places.map((place) => [place, header[place]])),
  };
}

function missingColumns(
  header: readonly string[],
  file: string,
  more: string,
): GlueFileError {
  const names = `"text", "sentence", or "sentence1" and "sentence2"${more}`;
  return new GlueFileError(
    `${file}, line 1: the header must contain ${names}, got ${quote(header.join("\t"))}`,
  );
}
