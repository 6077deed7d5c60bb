/**
 * Splits documents into training and held-out sets.
 *
 * @module
 */
import type { Corpus } from "./corpus.ts";

/** Numbers of documents, in ascending order. */
export interface DocumentSplit {
  /** Documents to train on. */
  readonly train: Uint32Array;
  /** Documents held out. */
  readonly validation: Uint32Array;
}

/**
 * Holds out about a fraction of the tokens, by whole documents, in the order of their hashes, which is
 * independent of their order in the files. A document is skipped if it would increase the difference
 * from the fraction. At least one document is held out and one is kept. The same documents give the same
 * split, whatever the order of the input.
 *
 * @param corpus The documents.
 * @param fraction Fraction of the tokens to hold out, less than 1; 0 holds out none.
 * @returns Both sets.
 * @throws {RangeError} If the fraction is out of range, or there is only one document.
 */
export function splitDocuments(corpus: Corpus, fraction: number): DocumentSplit {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new RangeError(
      `The validation fraction must be at least 0 and less than 1, got ${fraction}`,
    );
  }
  if (fraction === 0) {
    const train = Uint32Array.from({ length: corpus.documentCount }, (_, i) => i);
    return { train, validation: new Uint32Array() };
  }
  if (corpus.documentCount < 2) {
    throw new RangeError(
      "The data is a single document, so none can be held out: " +
        "add documents, or set --validation-fraction 0",
    );
  }
  const hashes = Array.from({ length: corpus.documentCount }, (_, i) => corpus.hashOf(i));
  const byHash = hashes.map((_, i) => i)
    .sort((a, b) => hashes[a][0] - hashes[b][0] || hashes[a][1] - hashes[b][1]);
  const wanted = fraction * corpus.tokenCount;
  const heldOut = new Uint8Array(corpus.documentCount);
  let held = 0, left = corpus.documentCount;
  for (const document of byHash) {
    if (left === 1) break;
    const length = corpus.lengthOf(document);
    if (Math.abs(held + length - wanted) >= Math.abs(held - wanted)) continue;
    heldOut[document] = 1;
    held += length;
    left--;
  }
  if (held === 0) heldOut[shortestOf(corpus)] = 1;
  const numbers = byHash.sort((a, b) => a - b);
  const part = (bit: number) => Uint32Array.from(numbers.filter((i) => heldOut[i] === bit));
  return { train: part(0), validation: part(1) };
}

function shortestOf(corpus: Corpus): number {
  let shortest = 0;
  for (let i = 1; i < corpus.documentCount; i++) {
    if (corpus.lengthOf(i) < corpus.lengthOf(shortest)) shortest = i;
  }
  return shortest;
}
