/**
 * Reads files of tagged words. Requires Deno.
 *
 * @module
 */
import { Sha256 } from "../../files/mod.ts";
import { decodeUtf8, findOwnFile, holdOut, type OwnSplit, requiredFile } from "../own_data.ts";
import { RecordError } from "../records.ts";
import { readTagged, type TaggedSentence, tagNames } from "./reader.ts";

/** Endings of files of tagged words. */
const ENDINGS = [".conll", ".txt", ".tsv", ".iob", ".iob2", ".bio", ".jsonl", ".json"];

/** Training and validation sentences. */
export interface TokensData {
  /** Names of the tags, sorted. */
  readonly labels: readonly string[];
  /** Training sentences. */
  readonly train: readonly TaggedSentence[];
  /** Validation sentences. */
  readonly dev: readonly TaggedSentence[];
  /** SHA-256 of the files, hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads the training file and the validation file of a folder. Without the latter, a part of the training sentences is held out.
 *
 * @param devFraction share of the sentences to hold out
 * @param log receives a sentence about that
 * @throws {RecordError} if a file is missing or invalid
 */
export async function loadTokensData(
  data: string,
  devFraction: number,
  log: (sentence: string) => void,
): Promise<TokensData> {
  const sum = new Sha256();
  const trainPath = await requiredFile(data, "train", ENDINGS);
  const all = await readSentences(trainPath, sum);
  const labels = tagNames(all, trainPath);
  const devPath = await findOwnFile(data, "dev", ENDINGS);
  if (devPath !== null) {
    const dev = await readSentences(devPath, sum);
    tagNames(dev, devPath);
    return { labels, train: all, dev, sha256: sum.hex() };
  }
  const { train, dev } = holdOut(all, devFraction);
  log(`${data} has no dev file: holding out ${dev.length} of ${all.length} sentences`);
  return { labels, train, dev, sha256: `${sum.hex()} ${devFraction}` };
}

/**
 * Reads the sentences of a split.
 *
 * @throws {RecordError} if the file is missing or invalid
 */
export async function readTokensSplit(
  data: string,
  split: OwnSplit,
): Promise<readonly TaggedSentence[]> {
  return await readSentences(await requiredFile(data, split, ENDINGS));
}

async function readSentences(path: string, sum?: Sha256): Promise<TaggedSentence[]> {
  const bytes = await Deno.readFile(path);
  sum?.update(bytes);
  return readTagged(decodeUtf8(bytes, path, RecordError), path);
}
