/**
 * Converts text to a folder of shards.
 *
 * @module
 */
import { atomicWriteFile, sealedJson, sha256File, sha256Hex } from "../../files/mod.ts";
import { type DataIndex, INDEX_FILE, indexToJson } from "../index_file.ts";
import { emptyHistograms } from "../length_histogram.ts";
import type { ReadOptions } from "../readers/mod.ts";
import type { TokenizerSnapshot } from "../../text/mod.ts";
import { type PieceTokenizer, vocabularyFacts } from "../vocabulary.ts";
import { ChangedInputError, START } from "./admission.ts";
import { expandInputs, findReadOnce } from "./inputs.ts";
import { type Journal, readJournal, removeUnjournaled } from "./journal.ts";
import { OutputFolder } from "./output_folder.ts";
import { type PrepareProgress, tokenizeInputs } from "./tokenize_inputs.ts";

/** A tokenizer that can be saved. */
export interface SavableTokenizer extends PieceTokenizer {
  /** Returns the vocabulary files by name. */
  toFiles(): Readonly<Record<string, string | Uint8Array>>;
  /** The tokenizer as plain data for workers; without it, this thread tokenizes. */
  snapshot?(): TokenizerSnapshot;
}

/** Options of {@linkcode prepare}. */
export interface PrepareOptions extends ReadOptions {
  /** Paths, folders, patterns, or `-` for standard input. */
  readonly inputs: readonly string[];
  /** The tokenizer. Its files are saved in the folder. */
  readonly tokenizer: SavableTokenizer;
  /** The folder to create. */
  readonly output: string;
  /** Whether to replace a folder of prepared data, and to start over if an unfinished one does not fit. */
  readonly overwrite?: boolean;
  /** Whether to leave out documents that equal an earlier one; true by default. */
  readonly deduplicate?: boolean;
  /** Minimum number of tokens per shard; 4 million by default. */
  readonly shardTokens?: number;
  /** Fraction of the tokens to hold out in training by default; 0 by default. */
  readonly validationFraction?: number;
  /** Number of workers. Default: one per core, or none for little text. */
  readonly workers?: number;
  /** Receives the progress after each job. */
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Stops between documents. Finished shards are kept for the next attempt. */
  readonly signal?: AbortSignal;
}

/** The result. */
export interface Prepared {
  /** Index of the folder. */
  readonly index: DataIndex;
  /** Number of documents that an earlier attempt had finished. */
  readonly documentsResumed: number;
  /** Number of files by format. */
  readonly formats: Readonly<Record<string, number>>;
  /** Files without text, which were left out. */
  readonly emptyFiles: readonly string[];
}

/** About 8 MB per file; memory use is a small multiple of it. */
const SHARD_TOKENS = 4 * 1024 * 1024;

/**
 * Converts text to a folder of shards. The folder gets its name when it is complete. Until then the work
 * is in `OUTPUT.partial`, and the same call resumes after the last finished shard. The bytes depend only
 * on input, vocabulary and settings, not on the number of workers or interruptions.
 *
 * @param options Input, tokenizer and output.
 * @returns The index of the folder.
 * @throws {RangeError} If the validation fraction or the number of workers is out of range.
 * @throws {SyntaxError} If the input has no text, or is not valid UTF-8.
 * @throws {Error} If the output is in use or not empty, or a file cannot be read or written.
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { validationFraction = 0, workers } = options;
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new RangeError(
      `The validation fraction must be at least 0 and less than 1, got ${validationFraction}`,
    );
  }
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 0)) {
    throw new RangeError(`workers must be an integer from 0, got ${workers}`);
  }
  const formats: Record<string, number> = {};
  const emptyFiles: string[] = [];
  // The output may be in a folder of the input.
  const own = await OutputFolder.existing(options.output);
  const paths = await expandInputs(options.inputs, (path) => emptyFiles.push(path), own);
  const { tokenizer } = options;
  const facts = await vocabularyFacts(tokenizer);
  using folder = await OutputFolder.open(options.output, options.overwrite ?? false);
  const settings = sha256Hex(JSON.stringify([
    facts.fingerprint,
    options.format ?? "auto",
    options.textField ?? "text",
    options.deduplicate ?? true,
    options.shardTokens ?? SHARD_TOKENS,
  ]));
  let begun = await findJournal(folder, settings, options);
  const vocabularyFiles = tokenizer.toFiles();
  const emptyBefore = emptyFiles.length;
  const tokenize = (): Promise<Journal> =>
    tokenizeInputs(begun, {
      folder: folder.unfinished,
      paths,
      tokenizer,
      snapshot: tokenizer.snapshot?.(),
      shardTokens: options.shardTokens ?? SHARD_TOKENS,
      deduplicate: options.deduplicate ?? true,
      format: options.format,
      textField: options.textField,
      onEmpty: (name) => emptyFiles.push(name),
      onFormat: (detected, name) => {
        formats[detected.format] = (formats[detected.format] ?? 0) + 1;
        options.onFormat?.(detected, name);
      },
      workers,
      onProgress: options.onProgress,
      signal: options.signal,
    });
  let isComplete = false;
  try {
    const { input, histograms, shards } = await tokenize().catch(async (error) => {
      if (!(error instanceof ChangedInputError && options.overwrite)) throw error;
      begun = await startOver(folder, settings);
      const once = await findReadOnce(paths);
      if (once !== undefined) {
        throw new Error(
          `The input is not the one that the unfinished folder was begun with, and ${once} ` +
            "cannot be read again: run the same command again to start over",
        );
      }
      for (const format of Object.keys(formats)) delete formats[format];
      emptyFiles.length = emptyBefore;
      return await tokenize();
    });
    if (shards.length === 0) {
      const [first] = emptyFiles;
      throw new SyntaxError(
        first === undefined ? "The input contains no text" : `${first} contains no text`,
      );
    }
    const vocabularySums: Record<string, string> = {};
    for (const [name, content] of Object.entries(vocabularyFiles)) {
      vocabularySums[name] = sha256Hex(content);
      await atomicWriteFile(`${folder.unfinished}/${name}`, content);
    }
    const { documentsRead, duplicateDocuments, emptyDocuments } = input;
    const sums = shards.map((shard) => shard.sha256);
    const index: DataIndex = {
      vocabulary: facts,
      vocabularyFiles: Object.keys(vocabularyFiles),
      vocabularySums,
      fingerprint: sha256Hex(JSON.stringify([facts.fingerprint, sums])),
      shards,
      validationFraction,
      report: { documentsRead, duplicateDocuments, emptyDocuments, lengths: histograms },
    };
    await atomicWriteFile(`${folder.unfinished}/${INDEX_FILE}`, sealedJson(indexToJson(index)));
    isComplete = true;
    await folder.finish();
    return { index, documentsResumed: begun.input.documentsRead, formats, emptyFiles };
  } catch (error) {
    if (isComplete) throw error;
    // Finished shards are kept for the next attempt.
    if (await readJournal(folder.unfinished) === undefined) await folder.clear();
    else if (error instanceof Error && !(error instanceof ChangedInputError)) {
      error.message += `; finished shards are kept in ${folder.unfinished}, ` +
        "the same command resumes there";
    }
    throw error;
  }
}

/** Returns the state of an earlier attempt, or an empty state. With `overwrite`, an attempt that does not fit is discarded. */
async function findJournal(
  folder: OutputFolder,
  settings: string,
  { overwrite = false }: PrepareOptions,
): Promise<Journal> {
  try {
    return await usableJournal(folder, settings) ?? await startOver(folder, settings);
  } catch (error) {
    if (!overwrite) throw error;
    return await startOver(folder, settings);
  }
}

/** Returns the state of an earlier attempt whose shards are complete, or undefined if there was none. */
async function usableJournal(
  { unfinished }: OutputFolder,
  settings: string,
): Promise<Journal | undefined> {
  const journal = await readJournal(unfinished);
  if (journal === undefined) return undefined;
  if (journal.settings !== settings) {
    throw new Error(
      `${unfinished} was started with another vocabulary or other settings: ` +
        "use the same ones, or start over with --overwrite",
    );
  }
  await removeUnjournaled(unfinished, journal);
  for (const { file, sha256 } of journal.shards) {
    const path = `${unfinished}/${file}`;
    const found = await sha256File(path).catch(() => "");
    if (found === sha256) continue;
    throw new Error(
      `${path} is ${found === "" ? "missing" : "damaged"}; start over with --overwrite`,
    );
  }
  return journal;
}

/** Removes an earlier attempt, and returns an empty state. */
async function startOver(folder: OutputFolder, settings: string): Promise<Journal> {
  await folder.empty();
  return { settings, shards: [], input: START, histograms: emptyHistograms() };
}
