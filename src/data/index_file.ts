/**
 * The index of a folder of shards: `index.json`.
 *
 * @module
 */
import { isNatural, isObject, parseJson } from "../json/mod.ts";
import { isHistograms, type LengthHistograms } from "./length_histogram.ts";
import { ShardError } from "./shard.ts";
import type { VocabularyFacts } from "./vocabulary.ts";

/** A shard in the index. */
export interface ShardEntry {
  /** Name of the file in the folder. */
  readonly file: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Number of documents. */
  readonly documents: number;
  /** Number of sentences. */
  readonly sentences: number;
  /** Number of tokens. */
  readonly tokens: number;
}

/** Counts of `prepare`. */
export interface PreparationReport {
  /** Number of documents read. */
  readonly documentsRead: number;
  /** Number of documents left out because they equal an earlier one. */
  readonly duplicateDocuments: number;
  /** Number of documents left out because they have no text or no tokens. */
  readonly emptyDocuments: number;
  /** Lengths of sentences and documents. */
  readonly lengths: LengthHistograms;
}

/** The index of a folder of shards. */
export interface DataIndex {
  /** The vocabulary of the shards. */
  readonly vocabulary: VocabularyFacts;
  /** Names of the vocabulary files in the folder. */
  readonly vocabularyFiles: readonly string[];
  /** SHA-256 of each of them. */
  readonly vocabularySums: Readonly<Record<string, string>>;
  /** Identifies the tokens of all shards and their boundaries. */
  readonly fingerprint: string;
  /** The shards, in order. */
  readonly shards: readonly ShardEntry[];
  /** Fraction of the tokens to hold out in training by default; 0 for none. */
  readonly validationFraction: number;
  /** Counts of `prepare`. */
  readonly report: PreparationReport;
}

/** Name of the index file. */
export const INDEX_FILE = "index.json";
const FORMAT = "albert-shards-1";

/**
 * Converts an index to an object for JSON.
 *
 * @param index The index.
 * @returns The content of `index.json` without its checksum.
 */
export function indexToJson(index: DataIndex): Record<string, unknown> {
  const { vocabulary, ...rest } = index;
  const { wordStarts, ...facts } = vocabulary;
  return { format: FORMAT, vocabulary: { ...facts, wordStarts: packBits(wordStarts) }, ...rest };
}

/**
 * Parses an index and checks its fields.
 *
 * @param text The text of `index.json`.
 * @param name Name of the file for error messages.
 * @returns The index.
 * @throws {ShardError} If the index is invalid; the message names the field.
 */
export function parseIndex(text: string, name: string): DataIndex {
  let json: Record<string, unknown>;
  try {
    json = parseJson(text) as Record<string, unknown>;
  } catch (cause) {
    throw new ShardError(`${name} is not valid JSON: copy it again or run prepare again`, {
      cause,
    });
  }
  const check = (good: boolean, field: string): void => {
    if (!good) throw new ShardError(`${name} has no valid "${field}": run prepare again`);
  };
  check(isObject(json) && json.format === FORMAT, "format");
  const vocabulary = json.vocabulary as Record<string, unknown>;
  const size = vocabulary?.size as number;
  check(isNatural(size), "vocabulary.size");
  check(typeof vocabulary.fingerprint === "string", "vocabulary.fingerprint");
  const special = vocabulary.special as Record<string, unknown>;
  for (const piece of ["pad", "unk", "cls", "sep", "mask"]) {
    const id = special?.[piece];
    check(isNatural(id) && id < size, `vocabulary.special.${piece}`);
  }
  check(typeof vocabulary.wordStarts === "string", "vocabulary.wordStarts");
  check(typeof json.fingerprint === "string", "fingerprint");
  check(Array.isArray(json.shards) && json.shards.length > 0, "shards");
  for (const shard of json.shards as unknown[]) {
    const wrong = wrongShardField(shard);
    check(wrong === undefined, `shards.${wrong}`);
  }
  const report = json.report as Record<string, unknown>;
  for (const field of ["documentsRead", "duplicateDocuments", "emptyDocuments"]) {
    check(isNatural(report?.[field]), `report.${field}`);
  }
  check(isHistograms(report.lengths), "report.lengths");
  const { vocabularyFiles = [], vocabularySums = {}, validationFraction = 0 } = json;
  // The files are copied to checkpoints under these names.
  check(Array.isArray(vocabularyFiles) && vocabularyFiles.every(isFileName), "vocabularyFiles");
  check(isObject(vocabularySums), "vocabularySums");
  const fraction = validationFraction as number;
  check(typeof fraction === "number" && fraction >= 0 && fraction < 1, "validationFraction");
  const wordStarts = unpackBits(vocabulary.wordStarts as string, size);
  check(wordStarts !== undefined, "vocabulary.wordStarts");
  return {
    vocabulary: { ...vocabulary, wordStarts } as unknown as VocabularyFacts,
    vocabularyFiles: vocabularyFiles as string[],
    vocabularySums: vocabularySums as Record<string, string>,
    fingerprint: json.fingerprint as string,
    shards: json.shards as ShardEntry[],
    validationFraction: fraction,
    report: json.report as PreparationReport,
  };
}

/**
 * Whether a JSON value describes a shard, with a file name inside of the folder.
 *
 * @param value Any value.
 */
export function isShardEntry(value: unknown): value is ShardEntry {
  return wrongShardField(value) === undefined;
}

/** Returns the first invalid field of an entry. */
function wrongShardField(value: unknown): string | undefined {
  const entry = isObject(value) ? value : {};
  if (!isFileName(entry.file)) return "file";
  if (typeof entry.sha256 !== "string") return "sha256";
  return ["bytes", "documents", "sentences", "tokens"].find((field) => !isNatural(entry[field]));
}

function isFileName(value: unknown): boolean {
  return typeof value === "string" && /^\w[\w.-]*$/.test(value);
}

/** Encodes zeros and ones as base64, eight per byte, the first in the lowest bit. */
function packBits(bits: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => bytes[i >> 3] |= bit << (i & 7));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function unpackBits(text: string, count: number): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  if (binary.length !== Math.ceil(count / 8)) return undefined;
  return Uint8Array.from({ length: count }, (_, i) => binary.charCodeAt(i >> 3) >> (i & 7) & 1);
}
