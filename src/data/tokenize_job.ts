/**
 * Tokenization of several documents, with results that can be transferred between threads.
 *
 * @module
 */
import { GrowingArray } from "./growing_array.ts";
import { tokenizeDocument } from "./tokenize_document.ts";
import type { PieceTokenizer } from "./vocabulary.ts";

/** The text of a document. */
export interface JobDocument {
  /** Paragraphs or sentences. */
  readonly blocks: readonly string[];
  /** Whether the blocks are sentences. */
  readonly sentences: boolean;
}

/** The tokens of several documents. */
export interface JobResult {
  /** All ids. */
  readonly ids: Uint32Array;
  /** End of each sentence in `ids`. */
  readonly sentenceEnds: Uint32Array;
  /** End of each document in `sentenceEnds`; for an empty document, the same as the end before. */
  readonly documentEnds: Uint32Array;
}

/**
 * Splits documents into sentences and tokenizes them.
 *
 * @param documents The documents.
 * @param tokenizer The tokenizer.
 * @returns Their tokens and boundaries.
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
 * Returns the sentences of a document of a job.
 *
 * @param result Result of the job.
 * @param document Index of the document in the job.
 * @returns A view of the ids per sentence.
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
