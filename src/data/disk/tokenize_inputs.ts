/**
 * Converts input files to shards: reads, tokenizes on all cores, and writes in order.
 *
 * @module
 */
import { sentencesOf } from "../tokenize_job.ts";
import type { TokenizerSnapshot } from "../../text/mod.ts";
import type { PieceTokenizer } from "../vocabulary.ts";
import { type AdmissionOptions, admitDocuments, type AdmittedDocument } from "./admission.ts";
import { sizeOfInputs } from "./inputs.ts";
import { type InputState, type Journal, writeJournal } from "./journal.ts";
import { ShardFolder } from "./shard_folder.ts";
import { inlinePool, type TokenizePool, workerPool } from "./tokenize_pool.ts";

/** Progress of `prepare`. */
export interface PrepareProgress {
  /** Number of bytes read. */
  readonly bytesRead: number;
  /** Size of all files in bytes; 0 with standard input or a pipe. */
  readonly bytesTotal: number;
  /** Number of documents tokenized. */
  readonly documents: number;
  /** Number of their tokens. */
  readonly tokens: number;
}

/** Options of {@linkcode tokenizeInputs}. */
export interface TokenizeOptions extends Omit<AdmissionOptions, "resume" | "onBytes"> {
  /** The unfinished folder. */
  readonly folder: string;
  /** The files, or `-`. */
  readonly paths: readonly string[];
  /** The tokenizer. */
  readonly tokenizer: PieceTokenizer;
  /** The tokenizer as plain data, for workers. Without it there are no workers. */
  readonly snapshot?: TokenizerSnapshot;
  /** Minimum number of tokens per shard. */
  readonly shardTokens: number;
  /** Number of workers. Default: one per core, or none for little text. */
  readonly workers?: number;
  /** Receives the progress after each job. */
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Stops between documents. */
  readonly signal?: AbortSignal;
}

/** Length of the text of a job, in UTF-16 units. */
const JOB_LENGTH = 128 * 1024;
/** For less than this number of bytes, starting workers takes longer than they save. */
const WORTH_WORKERS = 2 * 1024 * 1024;
/** More workers would wait for the thread that reads and writes. */
const MOST_WORKERS = 16;

/**
 * Reads, tokenizes and writes. Documents are written in the order of the input, so the bytes do not
 * depend on the number of workers or interruptions.
 *
 * @param begun State of an earlier attempt.
 * @param options Inputs, tokenizer and output.
 * @returns The final state.
 */
export async function tokenizeInputs(begun: Journal, options: TokenizeOptions): Promise<Journal> {
  const { tokenizer, folder, signal } = options;
  const { settings, histograms, shards } = begun;
  const bytesTotal = await sizeOfInputs(options.paths);
  const pool = choosePool(options, bytesTotal);
  const output = new ShardFolder(
    folder,
    tokenizer.vocabularySize,
    options.shardTokens,
    shards,
    histograms,
  );
  let bytesRead = 0, documents = 0, tokens = 0, withoutTokens = 0;
  const current = (state: InputState): Journal => ({
    settings,
    shards,
    histograms,
    input: { ...state, emptyDocuments: state.emptyDocuments + withoutTokens },
  });
  const write = async ({ batch, result, read }: Awaited<ReturnType<typeof run>>): Promise<void> => {
    for (const [i, { hash, state }] of batch.entries()) {
      signal?.throwIfAborted();
      const sentences = sentencesOf(result, i);
      if (sentences.length === 0) {
        withoutTokens++;
        continue;
      }
      documents++;
      tokens += sentences.reduce((sum, sentence) => sum + sentence.length, 0);
      if (await output.add({ sentences, hash })) await writeJournal(folder, current(state));
    }
    options.onProgress?.({ bytesRead: read, bytesTotal, documents, tokens });
  };
  const run = async (batch: AdmittedDocument[]) => {
    const read = bytesRead;
    const result = await pool.run(batch.map(({ document }) => document));
    return { batch, result, read };
  };
  options.onProgress?.({ bytesRead, bytesTotal, documents, tokens });
  const admitted = admitDocuments(options.paths, {
    ...options,
    resume: begun.input.documentsRead > 0 ? begun.input : undefined,
    onBytes: (count) => bytesRead += count,
  });
  try {
    const running: ReturnType<typeof run>[] = [];
    const start = (batch: AdmittedDocument[]): void => {
      const job = run(batch);
      // Awaited later, in order; until then an error must not be "unhandled".
      job.catch(() => {});
      running.push(job);
    };
    let batch: AdmittedDocument[] = [], length = 0;
    let next = await admitted.next();
    for (; !next.done; next = await admitted.next()) {
      signal?.throwIfAborted();
      batch.push(next.value);
      length += next.value.document.blocks.reduce((sum, block) => sum + block.length, 0);
      if (length < JOB_LENGTH) continue;
      start(batch);
      [batch, length] = [[], 0];
      if (running.length > pool.depth) await write(await running.shift()!);
    }
    if (batch.length > 0) start(batch);
    for (const job of running) await write(await job);
    await output.flush();
    return current(next.value);
  } finally {
    pool.close();
    // Closes the file that is being read after an early stop.
    await admitted.return(begun.input);
  }
}

function choosePool(options: TokenizeOptions, bytesTotal: number): TokenizePool {
  const { snapshot, tokenizer } = options;
  const cores = Math.min(navigator.hardwareConcurrency, MOST_WORKERS);
  const worth = bytesTotal === 0 || bytesTotal >= WORTH_WORKERS;
  const workers = options.workers ?? (worth && cores > 1 ? cores : 0);
  return snapshot === undefined || workers === 0
    ? inlinePool(tokenizer)
    : workerPool(snapshot, workers);
}
