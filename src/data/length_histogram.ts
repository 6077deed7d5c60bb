/**
 * Histograms of lengths.
 *
 * @module
 */
import { isObject } from "../json/mod.ts";
import type { Shard } from "./shard.ts";

/** Histograms of the lengths of sentences and documents, in tokens. */
export interface LengthHistograms {
  /** Entry i counts sentences of 8·i to 8·i + 7 tokens; the last entry also counts longer ones. */
  readonly sentences: number[];
  /** Entry i counts documents of 2^i to 2^(i+1) - 1 tokens. */
  readonly documents: number[];
}

/** Bin width of the histogram of sentences, in tokens. */
export const SENTENCE_BAR = 8;
const SENTENCE_BARS = 33;
const DOCUMENT_BARS = 32;

/**
 * Creates empty histograms.
 */
export function emptyHistograms(): LengthHistograms {
  return {
    sentences: new Array(SENTENCE_BARS).fill(0),
    documents: new Array(DOCUMENT_BARS).fill(0),
  };
}

/**
 * Whether a JSON value is a pair of valid histograms.
 *
 * @param value Any value.
 */
export function isHistograms(value: unknown): value is LengthHistograms {
  return isObject(value) &&
    [value.sentences, value.documents].every((bars) =>
      Array.isArray(bars) && bars.every((bar) => typeof bar === "number")
    );
}

/**
 * Adds the lengths of a shard.
 *
 * @param histograms Modified in place.
 * @param shard The shard.
 */
export function countLengths(histograms: LengthHistograms, shard: Shard): void {
  const { sentenceStarts, documentStarts } = shard;
  for (let i = 1; i < sentenceStarts.length; i++) {
    const bar = Math.floor((sentenceStarts[i] - sentenceStarts[i - 1]) / SENTENCE_BAR);
    histograms.sentences[Math.min(bar, SENTENCE_BARS - 1)]++;
  }
  for (let i = 1; i < documentStarts.length; i++) {
    const length = sentenceStarts[documentStarts[i]] - sentenceStarts[documentStarts[i - 1]];
    histograms.documents[31 - Math.clz32(length)]++;
  }
}
