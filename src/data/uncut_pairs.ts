/**
 * Pairs of segments that need no truncation and whose lengths do not reveal the label, to measure what a model knows about order.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import { ExampleDataset } from "./example_dataset.ts";
import { packDocuments, type Packing, PAIRING, textRoom } from "./packing.ts";
import { STREAM } from "./streams.ts";

/** A possible pair: a chunk of whole sentences, split in two. */
interface Candidate {
  readonly firstSentence: number;
  readonly sentenceCount: number;
  readonly aEnd: number;
  readonly document: number;
  /** Tokens of both segments. */
  readonly tokens: readonly [first: number, second: number];
}

/** A pair with its label. */
interface LabeledPair {
  readonly first: Candidate;
  /** The candidate whose second segment it has, if it is of another document. */
  readonly second: Candidate;
  readonly pairing: number;
}

/** Lengths within this ratio count as equal. */
const BIN_RATIO = 1.1;
/** Other splits of the same text are used if the first ones are too few. */
const MOST_VERSIONS = 8;
/** Versions of the random choices that differ from those of epochs. */
const FIRST_VERSION = 0x756e6375; // uncu

/**
 * Returns pairs of the documents of a data set. All their segments consist of whole sentences. Both labels are equally frequent, in
 * total and for each combination of lengths (within 10%), so lengths and cuts give an accuracy of 50%.
 *
 * @param dataset The documents, settings and seed.
 * @param count Number of pairs; fewer if the text is short, always a multiple of four.
 * @returns Null without a pair objective, or if there are no such pairs.
 */
export function uncutPairs(dataset: ExampleDataset, count: number): ExampleDataset | null {
  const { corpus, settings, seed, documents } = dataset;
  const { pairObjective } = settings;
  if (pairObjective === "none") return null;
  const match = pairObjective === "sop" ? matchOrder : matchDocuments;
  const sizes = { ...settings, pairObjective: "sop", shortSeqProb: 0 } as const;
  const seen = new Set<string>();
  const cells = new Map<string, Candidate[]>();
  let groups: LabeledPair[][] = [];
  for (let version = 0; version < MOST_VERSIONS && 4 * groups.length < count; version++) {
    const packing = packDocuments(corpus, documents, sizes, seed, FIRST_VERSION + version, true);
    for (let chunk = 0; chunk < packing.counts.chunks; chunk++) {
      const [firstSentence, sentenceCount, aEnd] = [
        packing.firstSentence[chunk],
        packing.sentenceCount[chunk],
        packing.aEnd[chunk],
      ];
      const key = `${firstSentence} ${sentenceCount} ${aEnd}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const document = corpus.documentOf(firstSentence);
      const tokens = [
        tokensOf(firstSentence, aEnd),
        tokensOf(firstSentence + aEnd, sentenceCount - aEnd),
      ] as const;
      const bins = tokens.map(binOf).join(" ");
      const cell = cells.get(bins) ?? [];
      cells.set(bins, cell);
      cell.push({ firstSentence, sentenceCount, aEnd, document, tokens });
    }
    groups = match(cells, textRoom(settings));
  }
  if (groups.length === 0) return null;
  const order = Uint32Array.from(groups.keys());
  new RandomStream(seed, STREAM.order, FIRST_VERSION).shuffle(order);
  const pairs = [...order].slice(0, Math.max(1, Math.floor(count / 4))).flatMap((i) => groups[i]);
  return new ExampleDataset(corpus, settings, seed, documents, packingOf(pairs));

  function tokensOf(sentence: number, sentences: number): number {
    const { start, end } = corpus.rangeOf(sentence, sentences);
    return end - start;
  }
}

function binOf(tokens: number): number {
  return Math.floor(Math.log(tokens) / Math.log(BIN_RATIO));
}

/**
 * Groups candidates in fours: two whose first segment has one length and the second another, and two with these lengths exchanged. One
 * of each two is swapped, so that the model sees every combination of lengths equally often with both labels.
 */
function matchOrder(cells: ReadonlyMap<string, readonly Candidate[]>): LabeledPair[][] {
  const groups: LabeledPair[][] = [];
  for (const [bins, cell] of cells) {
    const [a, b] = bins.split(" ").map(Number);
    const mirror = cells.get(`${b} ${a}`) ?? [];
    if (a > b) continue;
    const [left, right] = a === b ? splitInTwo(cell) : [cell, mirror];
    for (let i = 0; i + 2 <= Math.min(left.length, right.length); i += 2) {
      groups.push(
        [left[i], left[i + 1], right[i], right[i + 1]].map((candidate, n) => ({
          first: candidate,
          second: candidate,
          pairing: n % 2 === 0 ? PAIRING.inOrder : PAIRING.swapped,
        })),
      );
    }
  }
  return groups;
}

/** Groups candidates of equal lengths in fours; two of them get the second segments of the other two, which are of other documents. */
function matchDocuments(
  cells: ReadonlyMap<string, readonly Candidate[]>,
  room: number,
): LabeledPair[][] {
  const groups: LabeledPair[][] = [];
  for (const cell of cells.values()) {
    const left = [...cell];
    let pairs: LabeledPair[] = [];
    while (left.length > 1) {
      const own = left.shift()!;
      const at = left.findIndex(({ document, tokens: [first] }) =>
        document !== own.document && first + own.tokens[1] <= room
      );
      if (at < 0) continue;
      const [other] = left.splice(at, 1);
      pairs.push(
        { first: own, second: own, pairing: PAIRING.inOrder },
        { first: other, second: own, pairing: PAIRING.random },
      );
      if (pairs.length < 4) continue;
      groups.push(pairs);
      pairs = [];
    }
  }
  return groups;
}

function splitInTwo<T>(all: readonly T[]): [T[], T[]] {
  const middle = Math.floor(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
}

/** A packing whose chunks are the first segments of the pairs. Second segments of other documents are chunks at its end, without an example. */
function packingOf(pairs: readonly LabeledPair[]): Packing {
  const others = pairs.filter(({ first, second }) => first !== second).map(({ second }) => second);
  const chunks = [...pairs.map(({ first }) => first), ...others];
  let next = pairs.length;
  const lengths = chunks.map(({ sentenceCount }) => sentenceCount);
  return {
    firstSentence: Uint32Array.from(chunks, ({ firstSentence }) => firstSentence),
    sentenceCount: Uint32Array.from(lengths),
    aEnd: Uint32Array.from(chunks, ({ aEnd }) => aEnd),
    target: new Uint16Array(chunks.length),
    pairing: Uint8Array.from(pairs, ({ pairing }) => pairing),
    secondOf: Uint32Array.from(pairs, ({ first, second }, i) => first === second ? i : next++),
    counts: {
      chunks: pairs.length,
      oneSentenceChunksDropped: 0,
      targetsDrawn: 0,
      shortTargetsDrawn: 0,
    },
  };
}
