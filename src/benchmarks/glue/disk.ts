/**
 * GLUE's files on a disk. Needs Deno's file access.
 *
 * @module
 */
import { Sha256 } from "../../files/mod.ts";
import {
  checkApart,
  describeMalformed,
  type GlueFile,
  GlueFileError,
  type GlueFileKind,
  type GlueRow,
  readGlueFile,
} from "./reader.ts";
import type { GlueHeldOut } from "./task.ts";
import type { GlueTaskDefinition } from "./tasks.ts";
import { textFileDefinition, textTaskDefinition } from "./text_task.ts";

/** A task's training and held-out rows. */
export interface GlueData {
  readonly train: readonly GlueRow[];
  readonly heldOut: readonly GlueHeldOut[];
  /** SHA-256 over the files. */
  readonly sha256: string;
}

/** How files are read. */
export interface GlueReadOptions {
  /** Whether malformed lines stop. */
  readonly strict?: boolean;
  /** Told in a sentence which lines were left out. */
  say(sentence: string): void;
}

/**
 * The folder of a task: the given one, or the one of its official name in it.
 *
 * @param file that the folder must hold
 * @throws {GlueFileError} when neither holds the file.
 */
export async function findGlueFile(
  { folder }: GlueTaskDefinition,
  data: string,
  file: string,
): Promise<string> {
  for (const path of [`${data}/${folder}/${file}`, `${data}/${file}`]) {
    if (await isFile(path)) return path;
  }
  throw new GlueFileError(`${data} holds neither ${folder}/${file} nor ${file}`);
}

/** Reads a task's training and held-out files. */
export async function loadGlueData(
  definition: GlueTaskDefinition,
  data: string,
  options: GlueReadOptions,
): Promise<GlueData> {
  const sum = new Sha256();
  const trainPath = await findGlueFile(definition, data, "train.tsv");
  const train = await readRows(definition, "train", trainPath, options, sum);
  const heldOut: GlueHeldOut[] = [];
  for (const { name, dev } of definition.splits) {
    const path = await findGlueFile(definition, data, dev).catch((error) => {
      if (name === "") throw error;
      options.say(`${error.message}; it is left out`);
      return null;
    });
    if (path === null) continue;
    const rows = await readRows(definition, "dev", path, options, sum);
    checkApart(train, rows, trainPath, path);
    heldOut.push({ name, rows });
  }
  return { train, heldOut, sha256: sum.hex() };
}

/** The task that a folder's own `train.tsv` is for. */
export async function findTextTask(data: string): Promise<GlueTaskDefinition> {
  const path = `${data}/train.tsv`;
  if (!await isFile(path)) {
    throw new GlueFileError(`${data} holds no train.tsv`);
  }
  return textTaskDefinition(await readUtf8(path), path);
}

/** The task of a file of texts for a model with these classes. */
export async function readTextTask(
  path: string,
  labels: readonly string[],
): Promise<GlueTaskDefinition> {
  if (!await isFile(path)) {
    throw new GlueFileError(`${path} is missing: evaluate text reads dev.tsv or test.tsv`);
  }
  return textFileDefinition(labels, await readUtf8(path), path);
}

function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then((found) => found.isFile, () => false);
}

async function readUtf8(path: string, sum?: Sha256): Promise<string> {
  const bytes = await Deno.readFile(path);
  sum?.update(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new GlueFileError(`${path} is no UTF-8 text`);
  }
}

/** Reads the rows of one file and says what was left out. */
export async function readRows(
  definition: GlueTaskDefinition,
  kind: GlueFileKind,
  path: string,
  { strict = false, say }: GlueReadOptions,
  sum?: Sha256,
): Promise<readonly GlueRow[]> {
  const text = await readUtf8(path, sum);
  const { rows, malformed }: GlueFile = readGlueFile(definition, kind, text, path);
  const sentence = describeMalformed(path, malformed);
  if (sentence !== null) {
    // A submission needs an answer for every row.
    if (strict || kind === "test") throw new GlueFileError(sentence);
    say(sentence);
  }
  return rows;
}
