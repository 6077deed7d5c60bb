/**
 * Reads RACE's files. A file contains one passage as JSON, or one passage per line (`all.txt`). Each question has four options.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import type { RaceLevel } from "./metrics.ts";

/** Number of options per question. */
export const CHOICES = 4;

const LETTERS = "ABCD";

/** A question about a passage. */
export interface RaceQuestion {
  /** Id of the passage and index of the question from 0, such as `high19088.txt-2`. */
  readonly id: string;
  /** Kind of examination. */
  readonly level: RaceLevel;
  /** Text of the passage. */
  readonly article: string;
  /** A question, or a sentence with gaps (`_`). */
  readonly question: string;
  /** The four options. */
  readonly options: readonly string[];
  /** Correct option, 0 to 3. */
  readonly answer: number;
}

/** Thrown if a file is missing or invalid; the message names file and line. */
export class RaceFileError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "RaceFileError";
}

/** Returns the letter of an option: `A` for 0 to `D` for 3. */
export function answerLetter(answer: number): string {
  return LETTERS[answer];
}

/** Returns the option of a letter: 0 for `A` to 3 for `D`, −1 for any other text. */
export function answerOfLetter(letter: string): number {
  return letter.length === 1 ? LETTERS.indexOf(letter) : -1;
}

/**
 * Parses the text of a file.
 *
 * @param file name of the file, for errors and for ids of passages without one
 * @throws {RaceFileError} if the file is invalid
 */
export function readRaceFile(text: string, level: RaceLevel, file: string): RaceQuestion[] {
  const whole = parse(text);
  if (whole !== undefined) return readPassage(whole, level, file, file);
  const lines = text.split("\n");
  return lines.flatMap((line, number) => {
    if (line.trim() === "") return [];
    const where = lines.length > 1 ? `${file}, line ${number + 1}` : file;
    const json = parse(line);
    if (json === undefined) throw new RaceFileError(`${where}: not valid JSON`);
    return readPassage(json, level, file, where);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readPassage(
  json: unknown,
  level: RaceLevel,
  file: string,
  where: string,
): RaceQuestion[] {
  if (typeof json !== "object" || json === null) {
    throw new RaceFileError(`${where}: not a JSON object`);
  }
  const { id, article, questions, options, answers } = json as Record<string, unknown>;
  if (typeof article !== "string") throw new RaceFileError(`${where}: "article" must be a string`);
  const lists = { questions, options, answers };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) throw new RaceFileError(`${where}: "${name}" must be a list`);
  }
  const [asked, offered, right] = [questions, options, answers] as unknown[][];
  if (asked.length !== offered.length || asked.length !== right.length) {
    throw new RaceFileError(
      `${where}: the lists must have the same length, got ${asked.length} questions, ${offered.length} options and ${right.length} answers`,
    );
  }
  const name = typeof id === "string" ? id : `${level}${file.replace(/^.*[\\/]/, "")}`;
  return asked.map((question, i) => {
    const choices = offered[i];
    if (typeof question !== "string" || !isOptions(choices)) {
      throw new RaceFileError(
        `${where}: question ${i + 1} must have a text and ${CHOICES} options`,
      );
    }
    const answer = typeof right[i] === "string" ? answerOfLetter(right[i]) : -1;
    if (answer < 0) {
      throw new RaceFileError(
        `${where}: answer ${i + 1} must be A, B, C or D, got ${quote(right[i])}`,
      );
    }
    return { id: `${name}-${i}`, level, article, question, options: choices, answer };
  });
}

function isOptions(value: unknown): value is string[] {
  return Array.isArray(value) && value.length === CHOICES &&
    value.every((option) => typeof option === "string");
}
