/**
 * Prediction files as GLUE's leaderboard takes them: a header, then row and label between tabs.
 *
 * @module
 */
import { quote, shown } from "../../json/mod.ts";
import { GlueFileError, type GlueRow } from "./reader.ts";
import { type GlueTaskDefinition, readLabel } from "./tasks.ts";

const HEADER = "index\tprediction";

/**
 * Text of a prediction file.
 *
 * @param answers class ids, or scores
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
 * Answers of a prediction file in the order of the rows.
 *
 * @param file named in errors
 * @throws {GlueFileError} for a row that is missing, unknown or there twice, or a label that the task does not have.
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
      `${file}, line 1: a prediction file starts with "index<tab>prediction", not ${
        JSON.stringify(lines[0].slice(0, 60))
      }`,
    );
  }
  for (let line = 1; line < lines.length; line++) {
    if (lines[line] === "") continue;
    const where = `${file}, line ${line + 1}`;
    const [index, label, ...more] = lines[line].split("\t");
    if (label === undefined || more.length > 0) {
      throw new GlueFileError(`${where}: not a row and its label with a tab between`);
    }
    const place = places.get(index);
    if (place === undefined) {
      throw new GlueFileError(`${where}: row ${quote(index)} is unknown`);
    }
    if (answers[place] !== undefined) {
      throw new GlueFileError(`${where}: row ${shown(index)} is there a second time`);
    }
    // A model's score may lie outside 0 to 5.
    const answer = task.labels.length > 0 ? readLabel(task, label) : readNumber(label);
    if (answer === null) {
      throw new GlueFileError(
        `${where}: label ${quote(label)} is unknown, ${task.folder} has ${
          task.labels.length > 0 ? task.labels.join(", ") : "numbers"
        }`,
      );
    }
    answers[place] = answer;
  }
  const missing = answers.indexOf(undefined);
  if (missing >= 0) {
    const count = answers.filter((answer) => answer === undefined).length;
    throw new GlueFileError(
      `${file} lacks ${count} of ${rows.length} rows, first ${rows[missing].index}`,
    );
  }
  return answers as number[];
}

function readNumber(text: string): number | null {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null;
}
