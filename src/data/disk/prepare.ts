/**
 * Turns text into a folder of shards.
 *
 * @module
 */
import {
  atomicWriteFile,
  removeTemporaryFiles,
  sealedJson,
  sha256File,
  sha256Hex,
} from "../../files/mod.ts";
import { type DataIndex, INDEX_FILE, indexToJson } from "../index_file.ts";
import { emptyHistograms } from "../length_histogram.ts";
import type { ReadOptions } from "../readers/mod.ts";
import { type PieceTokenizer, vocabularyFacts } from "../vocabulary.ts";
import { START } from "./admission.ts";
import { expandInputs } from "./inputs.ts";
import { type Journal, readJournal, removeJournal } from "./journal.ts";
import { OutputFolder } from "./output_folder.ts";
import { type PrepareProgress, tokenizeInputs } from "./tokenize_inputs.ts";

/** A tokenizer that can write itself down. */
export interface SavableTokenizer extends PieceTokenizer {
  /** The vocabulary's files by name. */
  toFiles(): Readonly<Record<string, string | Uint8Array>>;
}

/** What to prepare, and how. */
export interface PrepareOptions extends ReadOptions {
  /** Paths, folders, patterns, or `-` for standard input. */
  readonly inputs: readonly string[];
  /** Gives the ids; its files are copied into the folder. */
  readonly tokenizer: SavableTokenizer;
  /** The folder to make. */
  readonly output: string;
  /** Whether to replace prepared data there. */
  readonly overwrite?: boolean;
  /** Whether a document equal to an earlier one is left out; true where absent. */
  readonly deduplicate?: boolean;
  /** A shard is written once it holds this many tokens; 4 million where absent. */
  readonly shardTokens?: number;
  /** Share of tokens that training holds out unless told otherwise; 0 where absent. */
  readonly validationFraction?: number;
  /** Threads that tokenize; one a core where absent, none for little text. */
  readonly workers?: number;
  /** Told how far it is, after each job. */
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Stops between documents; what is in finished shards stays for the next attempt. */
  readonly signal?: AbortSignal;
}

/** What was made. */
export interface Prepared {
  /** The new folder's index. */
  readonly index: DataIndex;
  /** Documents that an earlier attempt had done. */
  readonly documentsResumed: number;
}

/** Some 8 MB a file; memory is a small multiple of it. */
const SHARD_TOKENS = 4 * 1024 * 1024;

/**
 * Turns text into a folder of shards. The folder appears under its name when all is written; until
 * then the work lies in `OUTPUT.partial`, and the same call goes on there after the last finished
 * shard. The bytes written depend on input, vocabulary and settings alone, not on the number of
 * workers or interruptions.
 *
 * @param options What to prepare.
 * @returns What was made.
 * @throws {RangeError} When the validation fraction is out of range.
 * @throws {SyntaxError} When an input is empty or no UTF-8 text.
 * @throws {Error} When the output is in use or not empty, or nothing can be read or written.
 */
export async function prepare(options: PrepareOptions): Promise<Prepared> {
  const { validationFraction = 0 } = options;
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new RangeError(
      `The validation fraction must be from 0 to below 1, got ${validationFraction}`,
    );
  }
  const paths = await expandInputs(options.inputs);
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
  const begun = await findJournal(folder, settings);
  const vocabularyFiles = tokenizer.toFiles();
  try {
    const { input, histograms, shards } = await tokenizeInputs(begun, {
      folder: folder.unfinished,
      paths,
      tokenizer,
      tokenizerJson: tokenizerJsonOf(vocabularyFiles),
      shardTokens: options.shardTokens ?? SHARD_TOKENS,
      deduplicate: options.deduplicate ?? true,
      format: options.format,
      textField: options.textField,
      workers: options.workers,
      onProgress: options.onProgress,
      signal: options.signal,
    });
    if (shards.length === 0) throw new SyntaxError("The input holds no text");
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
    await removeJournal(folder.unfinished);
    await folder.finish();
    return { index, documentsResumed: begun.input.documentsRead };
  } catch (error) {
    // Finished shards are worth keeping for the next attempt; anything less is not.
    if (await readJournal(folder.unfinished) === undefined) await folder.clear();
    else if (error instanceof Error) {
      error.message += `; finished shards are kept in ${folder.unfinished}, ` +
        "the same command goes on there";
    }
    throw error;
  }
}

/** What an earlier attempt got done, or a fresh start. */
async function findJournal(folder: OutputFolder, settings: string): Promise<Journal> {
  const journal = await readJournal(folder.unfinished);
  if (journal !== undefined && journal.settings !== settings) {
    throw new Error(
      `${folder.unfinished} was begun with another vocabulary or other settings: ` +
        "give the same ones again, or begin anew with --overwrite",
    );
  }
  if (journal !== undefined) {
    await removeTemporaryFiles(folder.unfinished);
    for (const { file, sha256 } of journal.shards) {
      const path = `${folder.unfinished}/${file}`;
      const found = await sha256File(path).catch(() => "");
      if (found === sha256) continue;
      throw new Error(
        `${path} is ${found === "" ? "missing" : "damaged"}; begin anew with --overwrite`,
      );
    }
    return journal;
  }
  await folder.clear();
  await Deno.mkdir(folder.unfinished);
  return { settings, shards: [], input: START, histograms: emptyHistograms() };
}

/** What workers make their own tokenizer of. */
function tokenizerJsonOf(files: ReturnType<SavableTokenizer["toFiles"]>): string | undefined {
  const json = files["tokenizer.json"];
  return json instanceof Uint8Array ? new TextDecoder().decode(json) : json;
}
