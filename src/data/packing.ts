/**
 * Cuts documents into chunks of sentences, each the raw material of one example.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { GrowingArray } from "./growing_array.ts";
import { STREAM } from "./streams.ts";

/** How a chunk's second segment comes about. */
export const PAIRING = {
  /** A, then B, as in the text; label 0. */
  inOrder: 0,
  /** The two exchanged; label 1. */
  swapped: 1,
  /** B from another document; label 1. */
  random: 2,
} as const;

/** Counts of one pass over the documents, all **as drawn**: dropped chunks are counted too. */
export interface PackingCounts {
  /** Chunks that became examples. */
  readonly chunks: number;
  /** Chunks of one sentence, which cannot be parted in two. */
  readonly oneSentenceChunksDropped: number;
  /** Tokens in the chunks dropped. */
  readonly tokensDropped: number;
  /** Target lengths drawn: one a chunk, or one a document. */
  readonly targetsDrawn: number;
  /** How many of them were short. */
  readonly shortTargetsDrawn: number;
}

/** The chunks of one pass over the documents, in the order of the text. */
export interface Packing {
  /** Each chunk's first sentence, as numbered in the corpus. */
  readonly firstSentence: Uint32Array;
  /** How many sentences each chunk has. */
  readonly sentenceCount: Uint32Array;
  /** How many of them are the first segment; all, where there is no pair. */
  readonly aEnd: Uint32Array;
  /** The length that the chunk was to reach. */
  readonly target: Uint16Array;
  /** A value of {@linkcode PAIRING} for each chunk. */
  readonly pairing: Uint8Array;
  /** What was drawn. */
  readonly counts: PackingCounts;
}

/** The most text tokens an example holds beside its special pieces. */
export function textRoom(settings: ExampleSettings): number {
  return settings.maxSeqLength - (settings.pairObjective === "none" ? 2 : 3);
}

/**
 * Packs documents as `create_instances_from_document` of google-research/albert does: sentences
 * are added until the target length is reached or the document ends; then a border is drawn between
 * the first segment and the second.
 *
 * One-sentence chunks differ: there they get a random second segment labeled as swapped even under
 * sentence order, which teaches topics instead of order; here they are left out and counted.
 *
 * @param corpus The text.
 * @param documents Which of its documents, by number.
 * @param settings How to pack.
 * @param seed The run's seed.
 * @param version Which drawing of lengths, borders and swaps.
 * @returns The chunks.
 */
export function packDocuments(
  corpus: Corpus,
  documents: ArrayLike<number>,
  settings: ExampleSettings,
  seed: number,
  version: number,
): Packing {
  const { pairObjective } = settings;
  const room = textRoom(settings);
  const perDocument = settings.shortSeqPer === "document";
  const firstSentence = new GrowingArray(Uint32Array);
  const sentenceCount = new GrowingArray(Uint32Array);
  const aEnds = new GrowingArray(Uint32Array);
  const targets = new GrowingArray(Uint16Array);
  const pairings = new GrowingArray(Uint8Array);
  let dropped = 0, tokensDropped = 0, targetsDrawn = 0, shortTargetsDrawn = 0;

  for (let i = 0; i < documents.length; i++) {
    const document = documents[i];
    const stream = new RandomStream(seed, STREAM.packing, version, document);
    const { shard, firstSentence: first, endSentence } = corpus.placeOf(document);
    const { sentenceStarts } = corpus.shards[shard];
    const drawTarget = (): number => {
      targetsDrawn++;
      if (stream.uniform() >= settings.shortSeqProb) return room;
      shortTargetsDrawn++;
      return 2 + stream.integer(room - 1);
    };
    let target = perDocument ? drawTarget() : 0;
    for (let start = first; start < endSentence;) {
      if (!perDocument) target = drawTarget();
      let end = start + 1;
      while (end < endSentence && sentenceStarts[end] - sentenceStarts[start] < target) end++;
      const count = end - start;
      if (count === 1 && pairObjective === "sop") {
        dropped++;
        tokensDropped += sentenceStarts[end] - sentenceStarts[start];
        start = end;
        continue;
      }
      let aEnd = count, pairing: number = PAIRING.inOrder;
      if (pairObjective !== "none") {
        aEnd = count === 1 ? 1 : 1 + stream.integer(count - 1);
        if (count === 1 || stream.uniform() < 0.5) {
          pairing = pairObjective === "sop" ? PAIRING.swapped : PAIRING.random;
        }
      }
      firstSentence.push(corpus.sentenceNumber(shard, start));
      sentenceCount.push(count);
      aEnds.push(aEnd);
      targets.push(target);
      pairings.push(pairing);
      // Sentences that a random segment replaced begin the next chunk, as in the official code.
      start += pairing === PAIRING.random ? aEnd : count;
    }
  }
  return {
    firstSentence: firstSentence.copy(),
    sentenceCount: sentenceCount.copy(),
    aEnd: aEnds.copy(),
    target: targets.copy(),
    pairing: pairings.copy(),
    counts: {
      chunks: firstSentence.length,
      oneSentenceChunksDropped: dropped,
      tokensDropped,
      targetsDrawn,
      shortTargetsDrawn,
    },
  };
}
