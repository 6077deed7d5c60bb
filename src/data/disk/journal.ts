/**
 * The journal of an unfinished `prepare`, in the folder of the shards.
 *
 * @module
 */
import { atomicWriteFile, ifExists, parseSealed, sealedJson } from "../../files/mod.ts";
import { isNatural, isObject } from "../../json/mod.ts";
import { isShardEntry, type ShardEntry } from "../index_file.ts";
import { isHistograms, type LengthHistograms } from "../length_histogram.ts";

/** The position in the input, and the counts up to there. */
export interface InputState {
  /** Number of documents read, including those left out. */
  readonly documentsRead: number;
  /** Number of documents left out because they equal an earlier one. */
  readonly duplicateDocuments: number;
  /** Number of documents left out because they have no text or no tokens. */
  readonly emptyDocuments: number;
  /** SHA-256 of the documents' hashes, to detect a changed input. */
  readonly sum: string;
}

/** A state in which finished shards contain all documents read so far. */
export interface Journal {
  /** Identifies the vocabulary, the format and the size of shards. */
  readonly settings: string;
  /** Finished shards. */
  readonly shards: ShardEntry[];
  /** Position in the input. */
  readonly input: InputState;
  /** Histograms of lengths so far. */
  readonly histograms: LengthHistograms;
}

const JOURNAL_FILE = "prepare.json";

/**
 * Writes a journal atomically.
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
 * @returns The state, or undefined if there is no journal.
 * @throws {Error} If the journal is truncated or changed.
 */
export async function readJournal(folder: string): Promise<Journal | undefined> {
  const path = `${folder}/${JOURNAL_FILE}`;
  const text = await ifExists(Deno.readTextFile(path));
  if (text === null) return undefined;
  try {
    const journal = parseSealed(text);
    if (!isJournal(journal)) throw new SyntaxError("it is not a journal of prepare");
    return journal;
  } catch (cause) {
    throw new Error(
      `${path} is damaged (${(cause as Error).message}); start over with --overwrite`,
      { cause },
    );
  }
}

function isJournal(value: object): value is Journal {
  const { settings, shards, input, histograms } = value as Record<string, unknown>;
  return typeof settings === "string" && Array.isArray(shards) && shards.every(isShardEntry) &&
    isHistograms(histograms) && isObject(input) && typeof input.sum === "string" &&
    [input.documentsRead, input.duplicateDocuments, input.emptyDocuments].every(isNatural);
}

/**
 * Removes the journal of a finished folder.
 *
 * @param folder The folder.
 */
export async function removeJournal(folder: string): Promise<void> {
  await Deno.remove(`${folder}/${JOURNAL_FILE}`).catch(() => {/* there is no journal */});
}

/**
 * Removes what an earlier attempt wrote after its journal.
 *
 * @param folder The unfinished folder.
 * @param journal Its journal.
 */
export async function removeUnjournaled(folder: string, journal: Journal): Promise<void> {
  const kept = new Set([JOURNAL_FILE, ...journal.shards.map(({ file }) => file)]);
  for (const { name, isFile } of await Array.fromAsync(Deno.readDir(folder))) {
    if (isFile && !kept.has(name)) await Deno.remove(`${folder}/${name}`);
  }
}
