/**
 * RACE's folders on a disk: `{train,dev,test}/{middle,high}/*.txt`. Needs Deno's file access.
 *
 * @module
 */
import { Sha256 } from "../../files/mod.ts";
import type { RaceLevel } from "./metric/mod.ts";
import { RaceFileError, type RaceQuestion, readRaceFile } from "./reader.ts";

/** Parts of the release. */
export type RaceSplit = "train" | "dev" | "test";

/** Questions of a part, and a fingerprint of their files. */
export interface RaceData {
  readonly questions: readonly RaceQuestion[];
  readonly sha256: string;
}

/**
 * Reads a part, middle before high, files in the order of their names.
 *
 * @param folder the release, or the part itself
 * @param levels kinds of school
 * @throws {RaceFileError} naming what is missing or wrong.
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
      const text = await readText(file);
      sum.update(text);
      questions.push(...readRaceFile(text, level, file));
      files++;
    }
  }
  if (files === 0) {
    throw new RaceFileError(
      `${folder} holds no ${levels.map((level) => `${split}/${level}/*.txt`).join(" or ")}`,
    );
  }
  if (questions.length === 0) throw new RaceFileError(`The files of ${base} hold no question`);
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

async function readText(file: string): Promise<string> {
  const bytes = await Deno.readFile(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RaceFileError(`${file} is no UTF-8 text`);
  }
}
