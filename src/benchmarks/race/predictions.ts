/**
 * Prediction files of RACE: one line per question with its id and letter, separated by a tab.
 *
 * @module
 */
import { quote, shown } from "../../json/mod.ts";
import { answerLetter, answerOfLetter, RaceFileError, type RaceQuestion } from "./reader.ts";

/** Returns the text of a prediction file. */
export function writeRacePredictions(
  questions: readonly RaceQuestion[],
  answers: readonly number[],
): string {
  return questions.map(({ id }, i) => `${id}\t${answerLetter(answers[i])}\n`).join("");
}

/**
 * Reads a prediction file. A file of letters only, one per line, is in the order of the questions.
 *
 * @param file name of the file for errors
 * @returns the predicted option of each question, 0 to 3, in the order of the questions
 * @throws {RaceFileError} if a question is missing, unknown or repeated, or a letter is not A to D
 */
export function readRacePredictions(
  questions: readonly RaceQuestion[],
  text: string,
  file: string,
): number[] {
  const lines = text.split("\n").map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  const bare = lines.every((line) => !line.includes("\t"));
  if (bare && lines.length !== questions.length) {
    throw new RaceFileError(
      `${file} has ${lines.length} letters, expected ${questions.length}, one per question`,
    );
  }
  const places = new Map(questions.map(({ id }, place) => [id, place]));
  const answers = new Array<number | undefined>(questions.length).fill(undefined);
  lines.forEach((line, number) => {
    const where = `${file}, line ${number + 1}`;
    const [id, letter] = bare ? [questions[number].id, line] : line.split("\t");
    const place = places.get(id);
    if (place === undefined) {
      throw new RaceFileError(`${where}: unknown question ${quote(id)}`);
    }
    if (answers[place] !== undefined) {
      throw new RaceFileError(`${where}: question ${shown(id)} is repeated`);
    }
    const answer = answerOfLetter(letter ?? "");
    if (answer < 0) {
      throw new RaceFileError(
        `${where}: the answer must be A, B, C or D, got ${quote(letter ?? "")}`,
      );
    }
    answers[place] = answer;
  });
  const missing = answers.indexOf(undefined);
  if (missing >= 0) {
    const count = answers.filter((answer) => answer === undefined).length;
    throw new RaceFileError(
      `${file}: ${count} of ${questions.length} questions are missing, the first is ${
        questions[missing].id
      }`,
    );
  }
  return answers as number[];
}
