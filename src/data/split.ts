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
 * from the fraction. At least one document is held out and one is kept. Equal documents are in the same
 * set. The same documents give the same split, whatever the order of the input.
 *
 * @param corpus The documents.
 * @param fraction Fraction of the tokens to hold out, less than 1; 0 holds out none.
 * @returns Both sets.
 * @throws {RangeError} If the fraction is out of range, or there is only one document, or all are equal.
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
        "add documents, set --validation-fraction 0, or, if it contains several documents, " +
        "run albert prepare with --format documents (separated by blank lines) or lines",
    );
  }
  const groups = equalDocuments(corpus);
  if (groups.length < 2) {
    throw new RangeError(
      "The documents of the data are all equal, so none can be held out: " +
        "add other documents, or set --validation-fraction 0",
    );
  }
  const lengthOf = (group: readonly number[]) => group.length * corpus.lengthOf(group[0]);
  const wanted = fraction * corpus.tokenCount;
  const heldOut = new Uint8Array(corpus.documentCount);
  const hold = (group: readonly number[]) => group.forEach((document) => heldOut[document] = 1);
  let held = 0, left = groups.length;
  for (const group of groups) {
    if (left === 1) break;
    const length = lengthOf(group);
    if (Math.abs(held + length - wanted) >= Math.abs(held - wanted)) continue;
    hold(group);
    held += length;
    left--;
  }
  if (held === 0) {
    hold(groups.reduce((a, b) => (lengthOf(b) - lengthOf(a) || b[0] - a[0]) < 0 ? b : a));
  }
  const part = (bit: number) =>
    Uint32Array.from([...heldOut.keys()].filter((i) => heldOut[i] === bit));
  return { train: part(0), validation: part(1) };
}

/** Returns the documents by hash, and equal ones, of which one must not be in training and another held out, together. */
function equalDocuments(corpus: Corpus): number[][] {
  const hashes = Array.from({ length: corpus.documentCount }, (_, i) => corpus.hashOf(i));
  const order = (a: number, b: number) =>
    hashes[a][0] - hashes[b][0] || hashes[a][1] - hashes[b][1];
  const groups: number[][] = [];
  for (const document of hashes.map((_, i) => i).sort(order)) {
    const last = groups.at(-1);
    if (last !== undefined && order(last[0], document) === 0) last.push(document);
    else groups.push([document]);
  }
  return groups;
}
