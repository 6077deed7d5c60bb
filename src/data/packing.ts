/**
 * Packs the sentences of documents into chunks, one per example.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { GrowingArray } from "./growing_array.ts";
import { STREAM } from "./streams.ts";

/** The pair of a chunk. */
export const PAIRING = {
  /** A, then B, in the original order; label 0. */
  inOrder: 0,
  /** B, then A; label 1. */
  swapped: 1,
  /** B from another document; label 1. */
  random: 2,
} as const;

/** Counts of one epoch. They include chunks that are left out. */
export interface PackingCounts {
  /** Number of chunks with an example. */
  readonly chunks: number;
  /** Number of one-sentence chunks, which cannot be split in two. */
  readonly oneSentenceChunksDropped: number;
  /** Number of target lengths drawn: one per chunk, or one per document. */
  readonly targetsDrawn: number;
  /** Number of short target lengths. */
  readonly shortTargetsDrawn: number;
}

/** The chunks of one epoch, in the order of the text. */
export interface Packing {
  /** Number of each chunk's first sentence in the corpus. */
  readonly firstSentence: Uint32Array;
  /** Number of sentences of each chunk. */
  readonly sentenceCount: Uint32Array;
  /** Number of sentences of the first segment; all without a pair. */
  readonly aEnd: Uint32Array;
  /** Target length of each chunk. */
  readonly target: Uint16Array;
  /** A value of {@linkcode PAIRING} for each chunk. */
  readonly pairing: Uint8Array;
  /** For each chunk, the chunk whose second segment a random pair has; absent if it is drawn from another document. */
  readonly secondOf?: Uint32Array;
  /** The counts. */
  readonly counts: PackingCounts;
}

/** Approximate number of chunks of a stretch of text that is packed in one direction. */
const STRETCH = 16;

/** Divides sentences into stretches, each ending where `isFull` becomes true. */
function stretchesOf(
  first: number,
  end: number,
  isFull: (start: number, end: number) => boolean,
): [start: number, end: number][] {
  const stretches: [number, number][] = [];
  for (let start = first; start < end;) {
    let until = start + 1;
    while (until < end && !isFull(start, until)) until++;
    stretches.push([start, until]);
    start = until;
  }
  return stretches;
}

/** Returns the maximum number of tokens per example without special tokens. */
export function textRoom(settings: ExampleSettings): number {
  return settings.maxSeqLength - (settings.pairObjective === "none" ? 2 : 3);
}

/**
 * Packs documents as in `create_instances_from_document` of google-research/albert: sentences are added
 * until the target length is reached or the document ends, and split into two segments at a random
 * boundary.
 *
 * One-sentence chunks are left out and counted. The official code gives them a random second segment
 * with the label of a swapped pair, which teaches topics instead of order.
 *
 * @param corpus The text.
 * @param documents Numbers of the documents to use.
 * @param settings Settings of the packing.
 * @param seed The run's seed.
 * @param version Version of the random choices: lengths, boundaries and swaps.
 * @param whole Whether to add sentences only while they fit into the target length, so that nothing is truncated.
 * @returns The chunks.
 */
export function packDocuments(
  corpus: Corpus,
  documents: ArrayLike<number>,
  settings: ExampleSettings,
  seed: number,
  version: number,
  whole: boolean = false,
): Packing {
  const { pairObjective } = settings;
  const room = textRoom(settings);
  const perDocument = settings.shortSeqPer === "document";
  const firstSentence = new GrowingArray(Uint32Array);
  const sentenceCount = new GrowingArray(Uint32Array);
  const aEnds = new GrowingArray(Uint32Array);
  const targets = new GrowingArray(Uint16Array);
  const pairings = new GrowingArray(Uint8Array);
  let dropped = 0, targetsDrawn = 0, shortTargetsDrawn = 0;

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
    const lengthOf = (start: number, end: number) => sentenceStarts[end] - sentenceStarts[start];
    const stretches = settings.balancedPairs
      ? stretchesOf(first, endSentence, (start, end) => lengthOf(start, end) >= STRETCH * room)
      : [[first, endSentence]];
    let target = perDocument ? drawTarget() : 0;
    for (const [from, until] of stretches) {
      const backward = settings.balancedPairs === true && stream.uniform() < 0.5;
      for (let at = backward ? until : from; backward ? at > from : at < until;) {
        if (!perDocument) target = drawTarget();
        let start = backward ? at - 1 : at;
        let end = start + 1;
        while (whole && end < until && lengthOf(start, end + 1) <= target) end++;
        while (!whole && backward && start > from && lengthOf(start, end) < target) start--;
        while (!whole && !backward && end < until && lengthOf(start, end) < target) end++;
        const count = end - start;
        if (count === 1 && pairObjective === "sop" || whole && lengthOf(start, end) > target) {
          dropped++;
          at = backward ? start : end;
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
        // Sentences replaced by a random segment start the next chunk, as in the official code.
        at = backward ? start : start + (pairing === PAIRING.random ? aEnd : count);
      }
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
      targetsDrawn,
      shortTargetsDrawn,
    },
  };
}
