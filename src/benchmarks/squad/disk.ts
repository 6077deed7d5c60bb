/**
 * Reads SQuAD's files from disk. Requires Deno.
 *
 * @module
 */
import { isParquet, readParquetRows } from "../../data/disk/mod.ts";
import { lacks, Sha256 } from "../../files/mod.ts";
import { decodeUtf8, findOwnFile } from "../own_data.ts";
import {
  readSquad,
  type ReadSquadOptions,
  type SquadDataset,
  SquadFormatError,
  type SquadVersion,
} from "./reader.ts";

/** The files of a version. */
export interface SquadFiles {
  /** Version in the names of the files. */
  readonly version: SquadVersion;
  /** Path of the training file. */
  readonly train: string;
  /** Path of the development file. */
  readonly dev: string;
}

/** Training and development set. */
export interface SquadData {
  /** The training set. */
  readonly train: SquadDataset;
  /** The development set. */
  readonly dev: SquadDataset;
  /** SHA-256 of both files, hexadecimal. */
  readonly sha256: string;
}

/** Options for reading files. */
export interface SquadReadOptions {
  /** Whether misplaced answers and repeated ids are errors; default false. */
  readonly strict?: boolean;
  /** Whether all questions may be without `answers`; default false. */
  readonly unlabeled?: boolean;
  /** Called with a sentence about each kind of problem in a file. */
  log(sentence: string): void;
}

const VERSIONS: readonly SquadVersion[] = ["1.1", "2.0"];

/**
 * Finds the official files (`dev-v2.0.json` …) in a folder, or in its subfolder `v1.1` or `v2.0`.
 *
 * @param version version to find; needed only if the folder has both
 * @throws {SquadFormatError} if there are no files, or files of both versions and `version` is undefined
 */
export function findSquadFiles(data: string, version?: SquadVersion): SquadFiles {
  const found = VERSIONS.filter((each) => version === undefined || each === version)
    .flatMap((each) =>
      [data, `${data}/v${each}`]
        .map((folder) => ({
          version: each,
          train: `${folder}/train-v${each}.json`,
          dev: `${folder}/dev-v${each}.json`,
        }))
        .filter(({ dev }) => isFile(dev))
        .slice(0, 1)
    );
  if (found.length === 1) return found[0];
  const names = VERSIONS.filter((each) => version === undefined || each === version)
    .map((each) => `dev-v${each}.json`);
  throw new SquadFormatError(
    found.length === 0
      ? `${
        lacks(data, `${names.join(" or ")}, or train.json and dev.json`)
      }; name other files with --train-file and --dev-file`
      : `${data} contains SQuAD 1.1 and 2.0; select one with --task 1.1 or --task 2.0`,
  );
}

/** Endings of the user's own files of questions. */
const OWN_ENDINGS = [".json", ".jsonl", ".parquet"];

/**
 * Finds the official files in a folder, else `train` and `dev` with the ending of JSON, JSON lines or Parquet.
 * The version of these is `version`, else that of the development file.
 *
 * @throws {SquadFormatError} as {@linkcode findSquadFiles}
 * @throws {RecordError} if there are several files for a split
 */
export async function findAnySquadFiles(
  data: string,
  version?: SquadVersion,
): Promise<SquadFiles> {
  try {
    return findSquadFiles(data, version);
  } catch (error) {
    const dev = await findOwnFile(data, "dev", OWN_ENDINGS);
    if (dev === null) throw error;
    const train = await findOwnFile(data, "train", OWN_ENDINGS) ?? `${data}/train.json`;
    if (version !== undefined) return { version, train, dev };
    const own = await readSquadFile(dev, { unlabeled: true, log() {} });
    return { version: own.version, train, dev };
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Reads the training and the development set.
 *
 * @throws {SquadFormatError} if a file is invalid or of another version, or the files share questions
 */
export async function loadSquadData(
  { version, train: trainPath, dev: devPath }: SquadFiles,
  options: SquadReadOptions,
): Promise<SquadData> {
  const sum = new Sha256();
  const train = await readSquadFile(trainPath, options, sum);
  const dev = await readSquadFile(devPath, options, sum);
  for (const [path, dataset] of [[trainPath, train], [devPath, dev]] as const) {
    if (dataset.version !== version) {
      throw new SquadFormatError(`${path} is SQuAD ${dataset.version}, expected ${version}`);
    }
  }
  const known = new Set(train.questions.map(({ id }) => id));
  const shared = dev.questions.filter(({ id }) => known.has(id));
  if (shared.length > 0) {
    throw new SquadFormatError(
      `${shared.length} questions of ${devPath} are also in ${trainPath}, the first is ${
        shared[0].id
      }: scores on training questions are meaningless`,
    );
  }
  return { train, dev, sha256: sum.hex() };
}

/**
 * Reads one file, and logs its problems.
 *
 * @throws {SquadFormatError} if the file is invalid or has no questions, or has a problem and `strict` is set
 */
export async function readSquadFile(
  path: string,
  { strict, unlabeled, log }: SquadReadOptions,
  sum?: { update(bytes: Uint8Array): unknown },
): Promise<SquadDataset> {
  const bytes = await Deno.readFile(path);
  sum?.update(bytes);
  const content = await isParquet(path) ? await parquetAsJson(path) : bytes;
  const dataset = parse(path, content, { strict, unlabeled });
  const { questions, misplaced, repeated } = dataset;
  if (questions.length === 0) throw new SquadFormatError(`${path} has no questions`);
  for (const problem of [misplaced, repeated]) {
    if (problem !== undefined) log(`${path}: ${problem.first} (${problem.count} in total)`);
  }
  return dataset;
}

/** Reads the rows of a Parquet file as a JSON array. */
async function parquetAsJson(path: string): Promise<string> {
  const { rows } = await readParquetRows(path);
  return JSON.stringify(rows, (_, value) => typeof value === "bigint" ? Number(value) : value);
}

function parse(
  path: string,
  content: Uint8Array | string,
  options: ReadSquadOptions,
): SquadDataset {
  const text = typeof content === "string" ? content : decodeUtf8(content, path, SquadFormatError);
  try {
    return readSquad(text, options);
  } catch (error) {
    if (error instanceof SquadFormatError) throw new SquadFormatError(`${path}: ${error.message}`);
    throw error;
  }
}
