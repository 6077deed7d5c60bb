/**
 * Parts documents into those to train on and those held out.
 *
 * @module
 */
import type { Corpus } from "./corpus.ts";

/** Documents by number in the corpus, rising. */
export interface DocumentSplit {
  /** Documents to train on. */
  readonly train: Uint32Array;
  /** Documents held out. */
  readonly validation: Uint32Array;
}

/**
 * Holds out about a share of the tokens, by whole documents. Documents are taken in the order of
 * their hashes, which has nothing to do with their order in the files; one that would lead further
 * past the share than leaving it out falls short is passed over. At least one is held out and one
 * left. The same documents give the same split, whatever the order of the input.
 *
 * @param corpus The documents.
 * @param fraction The share of tokens to hold out, below 1; 0 holds nothing out.
 * @returns Both parts.
 * @throws {RangeError} When the share is out of range or there is only one document.
 */
export function splitDocuments(corpus: Corpus, fraction: number): DocumentSplit {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new RangeError(`The validation fraction must be from 0 to below 1, got ${fraction}`);
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
