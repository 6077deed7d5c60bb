/**
 * Prediction files for GLUE's leaderboard (a header, then row and label separated by a tab), and the archive of a submission.
 *
 * @module
 */
import { zipSync } from "fflate";
import { quote, shown } from "../../json/mod.ts";
import { GlueFileError, type GlueRow } from "./reader.ts";
import {
  GLUE_TASK_NAMES,
  type GlueTaskDefinition,
  glueTaskDefinition,
  readLabel,
} from "./tasks.ts";

const HEADER = "index\tprediction";

/**
 * Returns the text of a prediction file.
 *
 * @param answers predicted class id of each row, or score for a regression task
 */
export function writePredictions(
  { labels }: GlueTaskDefinition,
  rows: readonly GlueRow[],
  answers: readonly number[],
): string {
  const lines = rows.map(({ index }, i) => {
    return `${index}\t${labels.length > 0 ? labels[answers[i]] : answers[i]}`;
  });
  return `${[HEADER, ...lines].join("\n")}\n`;
}

/**
 * Reads a prediction file.
 *
 * @param file name of the file for errors
 * @returns the predicted class id or score of each row, in the order of the rows
 * @throws {GlueFileError} if a row is missing, unknown or repeated, or a label is not one of the task's
 */
export function readPredictions(
  task: GlueTaskDefinition,
  rows: readonly GlueRow[],
  text: string,
  file: string,
): number[] {
  const lines = text.replace(/^\uFEFF/, "").split("\n").map((line) => line.replace(/\r$/, ""));
  const places = new Map(rows.map(({ index }, place) => [index, place]));
  const answers = new Array<number | undefined>(rows.length).fill(undefined);
  if (lines[0].toLowerCase() !== HEADER) {
    throw new GlueFileError(
      `${file}, line 1: expected the header "index<tab>prediction", got ${
        JSON.stringify(lines[0].slice(0, 60))
      }`,
    );
  }
  for (let line = 1; line < lines.length; line++) {
    if (lines[line] === "") continue;
    const where = `${file}, line ${line + 1}`;
    const [index, label, ...more] = lines[line].split("\t");
    if (label === undefined || more.length > 0) {
      throw new GlueFileError(`${where}: expected a row and its label separated by a tab`);
    }
    const place = places.get(index);
    if (place === undefined) {
      throw new GlueFileError(`${where}: unknown row ${quote(index)}`);
    }
    if (answers[place] !== undefined) {
      throw new GlueFileError(`${where}: row ${shown(index)} is repeated`);
    }
    // A model's score may be outside 0 to 5.
    const answer = task.labels.length > 0 ? readLabel(task, label) : readNumber(label);
    if (answer === null) {
      throw new GlueFileError(
        `${where}: label ${quote(label)} is not valid, expected ${
          task.labels.length > 0 ? `one of ${task.labels.join(", ")}` : "a number"
        }`,
      );
    }
    answers[place] = answer;
  }
  const missing = answers.indexOf(undefined);
  if (missing >= 0) {
    const count = answers.filter((answer) => answer === undefined).length;
    throw new GlueFileError(
      `${file}: ${count} of ${rows.length} rows are missing, the first is ${rows[missing].index}`,
    );
  }
  return answers as number[];
}

function readNumber(text: string): number | null {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
}

/** File names of a full submission, including AX. */
export const SUBMISSION_FILES: readonly string[] = GLUE_TASK_NAMES.flatMap((name) =>
  glueTaskDefinition(name).splits.map(({ submission }) => submission)
);

/** The earliest date of the zip format, in local time. A fixed date gives the same bytes for the same files. */
const DATE = new Date(1980, 0, 1);

/**
 * Packs prediction files into a zip archive, sorted by name.
 *
 * @param files texts by name
 * @returns the bytes of the archive
 */
export function submissionZip(files: ReadonlyMap<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  const sorted = [...files].sort(([a], [b]) => a < b ? -1 : 1);
  return zipSync(
    Object.fromEntries(sorted.map(([name, text]) => [name, encoder.encode(text)])),
    { mtime: DATE },
  );
}
