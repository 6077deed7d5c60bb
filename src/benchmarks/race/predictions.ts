/**
 * Prediction files of RACE: a question and its letter a line, between a tab.
 *
 * @module
 */
import { quote, shown } from "../../json/mod.ts";
import { answerLetter, answerOfLetter, RaceFileError, type RaceQuestion } from "./reader.ts";

/** Text of a prediction file. */
export function writeRacePredictions(
  questions: readonly RaceQuestion[],
  answers: readonly number[],
): string {
  return questions.map(({ id }, i) => `${id}\t${answerLetter(answers[i])}\n`).join("");
}

/**
 * Answers of a prediction file in the order of the questions. A file of nothing but letters, one a line, is read in that order too.
 *
 * @param file named in errors
 * @throws {RaceFileError} for a question that is missing, unknown or there twice, or something that is no letter.
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
      `${file} has ${lines.length} letters, there are ${questions.length} questions`,
    );
  }
  const places = new Map(questions.map(({ id }, place) => [id, place]));
  const answers = new Array<number | undefined>(questions.length).fill(undefined);
  lines.forEach((line, number) => {
    const where = `${file}, line ${number + 1}`;
    const [id, letter] = bare ? [questions[number].id, line] : line.split("\t");
    const place = places.get(id);
    if (place === undefined) {
      throw new RaceFileError(`${where}: question ${quote(id)} is unknown`);
    }
    if (answers[place] !== undefined) {
      throw new RaceFileError(`${where}: question ${shown(id)} is there a second time`);
    }
    const answer = answerOfLetter(letter ?? "");
    if (answer < 0) {
      throw new RaceFileError(
        `${where}: ${quote(letter ?? "")} is not one of A, B, C, D`,
      );
    }
    answers[place] = answer;
  });
  const missing = answers.indexOf(undefined);
  if (missing >= 0) {
    const count = answers.filter((answer) => answer === undefined).length;
    throw new RaceFileError(
      `${file} lacks ${count} of ${questions.length} questions, first ${questions[missing].id}`,
    );
  }
  return answers as number[];
}
