/**
 * What `prepare` has done so far, kept beside the shards until it is finished.
 *
 * @module
 */
import { atomicWriteFile, parseSealed, sealedJson } from "../../files/mod.ts";
import { isObject } from "../../json/mod.ts";
import { isCount, isShardEntry, type ShardEntry } from "../index_file.ts";
import { isHistograms, type LengthHistograms } from "../length_histogram.ts";

/** How far the input was read, and what was left out until there. */
export interface InputState {
  /** Documents read, those left out included. */
  readonly documentsRead: number;
  /** Documents left out because an equal one came before. */
  readonly duplicateDocuments: number;
  /** Documents left out because they hold no text or no token. */
  readonly emptyDocuments: number;
  /** SHA-256 over the hashes of the documents: tells whether the input is still the same. */
  readonly sum: string;
}

/** A state in which all documents read so far are in finished shards. */
export interface Journal {
  /** What the shards depend on besides the input: vocabulary, format, size of shards. */
  readonly settings: string;
  /** Finished shards. */
  readonly shards: ShardEntry[];
  /** How far the input was read. */
  readonly input: InputState;
  /** Lengths counted so far. */
  readonly histograms: LengthHistograms;
}

const JOURNAL_FILE = "prepare.json";

/**
 * Writes a journal in one step.
 *
 * @param folder The unfinished folder.
 * @param journal The state.
 */
export async function writeJournal(folder: string, journal: Journal): Promise<void> {
  await atomicWriteFile(`${folder}/${JOURNAL_FILE}`, sealedJson(journal));
}

/**
 * Reads the journal of an unfinished folder.
 *
 * @param folder The folder.
 * @returns The state, or nothing where there is none.
 * @throws {Error} When it was cut short or changed.
 */
export async function readJournal(folder: string): Promise<Journal | undefined> {
  const path = `${folder}/${JOURNAL_FILE}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    const journal = parseSealed(text);
    if (!isJournal(journal)) throw new SyntaxError("it is no journal of prepare");
    return journal;
  } catch (cause) {
    throw new Error(
      `${path} is damaged (${(cause as Error).message}); begin anew with --overwrite`,
      { cause },
    );
  }
}

function isJournal(value: object): value is Journal {
  const { settings, shards, input, histograms } = value as Record<string, unknown>;
  return typeof settings === "string" && Array.isArray(shards) && shards.every(isShardEntry) &&
    isHistograms(histograms) && isObject(input) && typeof input.sum === "string" &&
    [input.documentsRead, input.duplicateDocuments, input.emptyDocuments].every(isCount);
}

/**
 * Removes the journal: the folder is finished.
 *
 * @param folder The folder.
 */
export async function removeJournal(folder: string): Promise<void> {
  await Deno.remove(`${folder}/${JOURNAL_FILE}`).catch(() => {/* nothing was journalled */});
}
