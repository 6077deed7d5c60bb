/**
 * SQuAD's files on a disk. Needs Deno's file access.
 *
 * @module
 */
import { Sha256 } from "../../files/mod.ts";
import { readSquad, type SquadDataset, SquadFormatError, type SquadVersion } from "./reader.ts";

/** The files of one version. */
export interface SquadFiles {
  /** Which version the files' names say. */
  readonly version: SquadVersion;
  /** Path of the training file. */
  readonly train: string;
  /** Path of the development file. */
  readonly dev: string;
}

/** Training and development questions. */
export interface SquadData {
  readonly train: SquadDataset;
  readonly dev: SquadDataset;
  /** SHA-256 over both files. */
  readonly sha256: string;
}

/** How files are read. */
export interface SquadReadOptions {
  /** Whether misplaced answers and repeated ids stop. */
  readonly strict?: boolean;
  /** Told in a sentence what is wrong with a file. */
  say(sentence: string): void;
}

const VERSIONS: readonly SquadVersion[] = ["1.1", "2.0"];

/**
 * The official files (`dev-v2.0.json` …) in a folder, or in its folder `v1.1` or `v2.0`.
 *
 * @param version which, where the folder has both
 * @throws {SquadFormatError} when there is none, or both and `version` is absent.
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
      ? `${data} holds no ${names.join(" or ")}`
      : `${data} holds SQuAD 1.1 and 2.0; say which`,
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Reads the files to train with.
 *
 * @throws {SquadFormatError} naming the file, also when it has questions of the other one.
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
      `${shared.length} questions of ${devPath} are in ${trainPath} too, first ${
        shared[0].id
      }: scores on them would mean nothing`,
    );
  }
  return { train, dev, sha256: sum.hex() };
}

/**
 * Reads one file and says what is wrong with it.
 *
 * @throws {SquadFormatError} naming the file.
 */
export async function readSquadFile(
  path: string,
  { strict, say }: SquadReadOptions,
  sum?: Sha256,
): Promise<SquadDataset> {
  const bytes = await Deno.readFile(path);
  sum?.update(bytes);
  const dataset = parse(path, bytes, strict);
  const { questions, misplaced, repeated } = dataset;
  if (questions.length === 0) throw new SquadFormatError(`${path} has no question`);
  for (const problem of [misplaced, repeated]) {
    if (problem !== undefined) say(`${path}: ${problem.first} (${problem.count} in all)`);
  }
  return dataset;
}

function parse(path: string, bytes: Uint8Array, strict?: boolean): SquadDataset {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SquadFormatError(`${path} is no UTF-8 text`);
  }
  try {
    return readSquad(text, { strict });
  } catch (error) {
    if (error instanceof SquadFormatError) throw new SquadFormatError(`${path}: ${error.message}`);
    throw error;
  }
}
