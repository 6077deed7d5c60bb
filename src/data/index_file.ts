/**
 * The index of a folder of shards: `index.json`.
 *
 * @module
 */
import { isObject, parseJson } from "../json/mod.ts";
import { isHistograms, type LengthHistograms } from "./length_histogram.ts";
import { ShardError } from "./shard.ts";
import type { VocabularyFacts } from "./vocabulary.ts";

/** What the index says of one shard. */
export interface ShardEntry {
  /** The file's name in the folder. */
  readonly file: string;
  /** The file's length. */
  readonly bytes: number;
  /** The file's SHA-256 as 64 hexadecimal digits. */
  readonly sha256: string;
  /** Documents in it. */
  readonly documents: number;
  /** Sentences in it. */
  readonly sentences: number;
  /** Tokens in it. */
  readonly tokens: number;
}

/** What preparing read, left out and counted. */
export interface PreparationReport {
  /** Documents read from the input. */
  readonly documentsRead: number;
  /** Documents left out because an equal one came before. */
  readonly duplicateDocuments: number;
  /** Documents left out because they hold no text or no token. */
  readonly emptyDocuments: number;
  /** Lengths of sentences and documents. */
  readonly lengths: LengthHistograms;
}

/** A folder of shards, described. */
export interface DataIndex {
  /** What the shards' ids mean. */
  readonly vocabulary: VocabularyFacts;
  /** Copies of the vocabulary's files that lie in the folder. */
  readonly vocabularyFiles: readonly string[];
  /** SHA-256 of each of them. */
  readonly vocabularySums: Readonly<Record<string, string>>;
  /** Names the tokens and borders of all shards. */
  readonly fingerprint: string;
  /** The shards, in order. */
  readonly shards: readonly ShardEntry[];
  /** Share of tokens that training holds out unless it is told otherwise; 0 for none. */
  readonly validationFraction: number;
  /** What was read and left out. */
  readonly report: PreparationReport;
}

/** The index's file name. */
export const INDEX_FILE = "index.json";
const FORMAT = "albert-shards-1";

/**
 * An index as an object for JSON.
 *
 * @param index The index.
 * @returns What `index.json` holds, without its checksum.
 */
export function indexToJson(index: DataIndex): Record<string, unknown> {
  const { vocabulary, ...rest } = index;
  const { wordStarts, ...facts } = vocabulary;
  return { format: FORMAT, vocabulary: { ...facts, wordStarts: packBits(wordStarts) }, ...rest };
}

/**
 * Reads an index and checks every field that reading shards relies on.
 *
 * @param text The text of `index.json`.
 * @param name What to call it in errors, usually its path.
 * @returns The index.
 * @throws {ShardError} When it is no such index; the message names the field.
 */
export function parseIndex(text: string, name: string): DataIndex {
  let json: Record<string, unknown>;
  try {
    json = parseJson(text) as Record<string, unknown>;
  } catch (cause) {
    throw new ShardError(`${name} is not JSON: copy it again or run prepare again`, { cause });
  }
  const check = (good: boolean, field: string): void => {
    if (!good) throw new ShardError(`${name} has no usable "${field}": run prepare again`);
  };
  check(isObject(json) && json.format === FORMAT, "format");
  const vocabulary = json.vocabulary as Record<string, unknown>;
  const size = vocabulary?.size as number;
  check(isCount(size), "vocabulary.size");
  check(typeof vocabulary.fingerprint === "string", "vocabulary.fingerprint");
  const special = vocabulary.special as Record<string, unknown>;
  for (const piece of ["pad", "unk", "cls", "sep", "mask"]) {
    const id = special?.[piece];
    check(isCount(id) && id < size, `vocabulary.special.${piece}`);
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
    check(isCount(report?.[field]), `report.${field}`);
  }
  check(isHistograms(report.lengths), "report.lengths");
  const { vocabularyFiles = [], vocabularySums = {}, validationFraction = 0 } = json;
  // They are copied into checkpoints under these names.
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
 * Whether a value out of JSON describes a shard, by a name that does not lead out of the folder.
 *
 * @param value Anything.
 * @returns Whether it is an entry of an index.
 */
export function isShardEntry(value: unknown): value is ShardEntry {
  return wrongShardField(value) === undefined;
}

/** The first field that keeps a value from being an entry. */
function wrongShardField(value: unknown): string | undefined {
  const entry = isObject(value) ? value : {};
  if (!isFileName(entry.file)) return "file";
  if (typeof entry.sha256 !== "string") return "sha256";
  return ["bytes", "documents", "sentences", "tokens"].find((field) => !isCount(entry[field]));
}

function isFileName(value: unknown): boolean {
  return typeof value === "string" && /^\w[\w.-]*$/.test(value);
}

/**
 * Whether a value out of JSON is a count.
 *
 * @param value Anything.
 * @returns Whether it is a whole number from 0.
 */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Zeros and ones as base64, eight a byte, the first in the lowest bit. */
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
