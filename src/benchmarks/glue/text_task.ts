/**
 * A task of one's own in GLUE's manner: a TSV whose header names a text, or two, and a label.
 *
 * @module
 */
import { GlueFileError } from "./reader.ts";
import type { GlueTaskDefinition } from "./tasks.ts";

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
  const [first, ...lines] = train.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = first.split("\t").map((name) => name.trim().toLowerCase());
  const label = header.indexOf(LABEL);
  const texts = TEXTS.map((names) => names.map((name) => header.indexOf(name)))
    .find((places) => !places.includes(-1));
  if (label < 0 || texts === undefined) {
    throw new GlueFileError(
      `${file}, line 1: the header must name "text", or "sentence1" and "sentence2", and "label"; here is ${
        JSON.stringify(first.slice(0, 60))
      }`,
    );
  }
  const found = new Set<string>();
  for (const line of lines) {
    const fields = line.split("\t");
    if (fields.length === header.length) found.add(fields[label]);
  }
  if (found.size < 2 || found.size > MOST_LABELS) {
    throw new GlueFileError(
      `${file}: its label column holds ${found.size} different labels; classes are 2 to ${MOST_LABELS}`,
    );
  }
  const columns = { count: header.length, texts };
  const names = Object.fromEntries(texts.map((place) => [place, header[place]]));
  return {
    name: "text",
    folder: "text",
    labels: [...found].sort(),
    labelled: [{ ...columns, label, header: { ...names, [label]: LABEL } }],
    test: { count: header.length - 1, texts, header: names },
    splits: [{ name: "", dev: "dev.tsv", test: "test.tsv", submission: "predictions.tsv" }],
    metrics: ["accuracy"],
  };
}
