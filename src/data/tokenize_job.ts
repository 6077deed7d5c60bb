/**
 * Tokenizing several documents at once, with results that pass between workers without copying.
 *
 * @module
 */
import { GrowingArray } from "./growing_array.ts";
import { tokenizeDocument } from "./tokenize_document.ts";
import type { PieceTokenizer } from "./vocabulary.ts";

/** A document's text as it is handed to a worker. */
export interface JobDocument {
  /** Paragraphs or sentences. */
  readonly blocks: readonly string[];
  /** Whether the blocks are sentences already. */
  readonly sentences: boolean;
}

/** The tokens of several documents. */
export interface JobResult {
  /** All ids, one sentence after the other. */
  readonly ids: Uint32Array;
  /** Where each sentence ends in `ids`. */
  readonly sentenceEnds: Uint32Array;
  /** Where each document ends in `sentenceEnds`; equal to the one before for an empty one. */
  readonly documentEnds: Uint32Array;
}

/**
 * Cuts documents into sentences and tokens.
 *
 * @param documents The documents.
 * @param tokenizer Gives the ids.
 * @returns Their tokens and borders.
 */
export function runTokenizeJob(
  documents: readonly JobDocument[],
  tokenizer: Pick<PieceTokenizer, "encodeIds">,
): JobResult {
  const ids = new GrowingArray(Uint32Array);
  const sentenceEnds = new GrowingArray(Uint32Array);
  const documentEnds = new GrowingArray(Uint32Array, documents.length);
  for (const document of documents) {
    for (const sentence of tokenizeDocument(document, tokenizer)) {
      ids.append(sentence);
      sentenceEnds.push(ids.length);
    }
    documentEnds.push(sentenceEnds.length);
  }
  return { ids: ids.copy(), sentenceEnds: sentenceEnds.copy(), documentEnds: documentEnds.copy() };
}

/**
 * The sentences of one document of a job.
 *
 * @param result The job's result.
 * @param document The document's place in the job.
 * @returns Views of the result's ids, one a sentence.
 */
export function sentencesOf(result: JobResult, document: number): Uint32Array[] {
  const first = document === 0 ? 0 : result.documentEnds[document - 1];
  const sentences: Uint32Array[] = [];
  for (let i = first; i < result.documentEnds[document]; i++) {
    const start = i === 0 ? 0 : result.sentenceEnds[i - 1];
    sentences.push(result.ids.subarray(start, result.sentenceEnds[i]));
  }
  return sentences;
}
