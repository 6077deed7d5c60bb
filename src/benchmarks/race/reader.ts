/**
 * RACE's files: a passage a file, or passages a line of `all.txt`, each JSON with questions of four options.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import type { RaceLevel } from "./metric/mod.ts";

/** Options of a question. */
export const CHOICES = 4;

const LETTERS = "ABCD";

/** A question on a passage. */
export interface RaceQuestion {
  /** The passage's id and the question's number from 0: `high19088.txt-2`. */
  readonly id: string;
  /** Kind of school. */
  readonly level: RaceLevel;
  /** The passage. */
  readonly article: string;
  /** A question, or a sentence with a gap written `_`. */
  readonly question: string;
  /** Four. */
  readonly options: readonly string[];
  /** Right option, 0 to 3. */
  readonly answer: number;
}

/** A file that is no RACE file. */
export class RaceFileError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "RaceFileError";
}

/** `A` for 0 … `D` for 3. */
export function answerLetter(answer: number): string {
  return LETTERS[answer];
}

/** 0 for `A` … 3 for `D`; −1 for anything else. */
export function answerOfLetter(letter: string): number {
  return letter.length === 1 ? LETTERS.indexOf(letter) : -1;
}

/**
 * Reads the text of a file.
 *
 * @param file named in errors, and the passage's id where the JSON has none
 * @throws {RaceFileError} naming file, line and what is wrong.
 */
export function readRaceFile(text: string, level: RaceLevel, file: string): RaceQuestion[] {
  const whole = parse(text);
  if (whole !== undefined) return readPassage(whole, level, file, file);
  const lines = text.split("\n");
  return lines.flatMap((line, number) => {
    if (line.trim() === "") return [];
    const where = lines.length > 1 ? `${file}, line ${number + 1}` : file;
    const json = parse(line);
    if (json === undefined) throw new RaceFileError(`${where}: not JSON`);
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
    throw new RaceFileError(`${where}: no JSON object`);
  }
  const { id, article, questions, options, answers } = json as Record<string, unknown>;
  if (typeof article !== "string") throw new RaceFileError(`${where}: no "article"`);
  const lists = { questions, options, answers };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) throw new RaceFileError(`${where}: no list "${name}"`);
  }
  const [asked, offered, right] = [questions, options, answers] as unknown[][];
  if (asked.length !== offered.length || asked.length !== right.length) {
    throw new RaceFileError(
      `${where}: ${asked.length} questions, ${offered.length} lists of options and ${right.length} answers`,
    );
  }
  const name = typeof id === "string" ? id : `${level}${file.replace(/^.*[\\/]/, "")}`;
  return asked.map((question, i) => {
    const choices = offered[i];
    if (typeof question !== "string" || !isOptions(choices)) {
      throw new RaceFileError(`${where}: question ${i + 1} needs a text and ${CHOICES} options`);
    }
    const answer = typeof right[i] === "string" ? answerOfLetter(right[i]) : -1;
    if (answer < 0) {
      throw new RaceFileError(
        `${where}: answer ${i + 1} is ${quote(right[i])}, not one of A, B, C, D`,
      );
    }
    return { id: `${name}-${i}`, level, article, question, options: choices, answer };
  });
}

function isOptions(value: unknown): value is string[] {
  return Array.isArray(value) && value.length === CHOICES &&
    value.every((option) => typeof option === "string");
}
