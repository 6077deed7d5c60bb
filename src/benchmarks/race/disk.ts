/**
 * Reads RACE's folders, `{train,dev,test}/{middle,high}/*.txt`, from disk. Requires Deno.
 *
 * @module
 */
import { lacks, Sha256 } from "../../files/mod.ts";
import { decodeUtf8 } from "../own_data.ts";
import type { RaceLevel } from "./metrics.ts";
import { RaceFileError, type RaceQuestion, readRaceFile } from "./reader.ts";

/** A split of the release. */
export type RaceSplit = "train" | "dev" | "test";

/** The questions of a split. */
export interface RaceData {
  /** Questions in file order. */
  readonly questions: readonly RaceQuestion[];
  /** SHA-256 of the files, hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a split, level by level, with files in the order of their numbers.
 *
 * @param folder folder of the release, or of the split
 * @param levels levels in the order to read them
 * @throws {RaceFileError} if there are no files or questions, or a file is invalid
 */
export async function loadRace(
  folder: string,
  split: RaceSplit,
  levels: readonly RaceLevel[],
): Promise<RaceData> {
  const inRelease = await isFolder(`${folder}/${split}`);
  const base = inRelease ? `${folder}/${split}` : folder;
  const sum = new Sha256();
  const questions: RaceQuestion[] = [];
  let files = 0;
  for (const level of levels) {
    if (!await isFolder(`${base}/${level}`)) continue;
    for (const file of await textFiles(`${base}/${level}`)) {
      const text = decodeUtf8(await Deno.readFile(file), file, RaceFileError);
      sum.update(text);
      questions.push(...readRaceFile(text, level, file));
      files++;
    }
  }
  if (files === 0) {
    throw new RaceFileError(
      lacks(folder, levels.map((level) => `${split}/${level}/*.txt`).join(" or ")),
    );
  }
  if (questions.length === 0) throw new RaceFileError(`The files in ${base} contain no questions`);
  return { questions, sha256: sum.hex() };
}

async function textFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory && name.endsWith(".txt")) files.push(name);
  }
  const byNumber = (a: string, b: string) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1);
  return files.sort(byNumber).map((name) => `${folder}/${name}`);
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
