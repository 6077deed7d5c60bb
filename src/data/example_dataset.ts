/**
 * Examples as a pure function of the text, the settings, the seed and a number.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import { type EpochPlace, Epochs } from "./epochs.ts";
import type { Example, SentenceSpan } from "./example.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { maskBudget, type MaskingTrace, maskSpans } from "./masking.ts";
import { type Packing, PAIRING, textRoom } from "./packing.ts";
import { STREAM } from "./streams.ts";
import { type Segment, truncatePair } from "./truncation.ts";
import { findWords, type SegmentPlace } from "./words.ts";

/** An endless numbered sequence of examples. */
export interface ExampleSource {
  /**
   * Builds an example.
   *
   * @param index Its number, from 0.
   * @param trace Whether to note how it came to be.
   * @returns The example; equal for equal numbers.
   */
  exampleAt(index: number, trace?: boolean): Example;
}

/**
 * The examples of a corpus, epoch after epoch.
 *
 * An epoch's chunks depend on (text, settings, seed, epoch) alone, their order is a shuffle keyed by
 * the same, and an example's own randomness is keyed by its chunk. So any worker or rank builds any
 * example, in any order, and gets the same one; a resumed run needs only the next number.
 */
export class ExampleDataset implements ExampleSource {
  /** The text. */
  readonly corpus: Corpus;
  /** How examples are made. */
  readonly settings: ExampleSettings;
  /** The seed. */
  readonly seed: number;
  /** The documents used, by number in the corpus. */
  readonly documents: ArrayLike<number>;
  readonly #epochs: Epochs;

  /**
   * Binds text, settings and seed together.
   *
   * @param corpus The text.
   * @param settings How to make examples; see {@linkcode exampleSettings}.
   * @param seed The run's seed.
   * @param documents Which documents to use; all of them where absent.
   * @throws {RangeError} When the text gives no example, or a next-sentence pair has no other
   *   document to draw from.
   */
  constructor(
    corpus: Corpus,
    settings: ExampleSettings,
    seed: number,
    documents?: ArrayLike<number>,
  ) {
    this.corpus = corpus;
    this.settings = settings;
    this.seed = seed;
    this.documents = documents ?? Uint32Array.from({ length: corpus.documentCount }, (_, i) => i);
    this.#epochs = new Epochs(corpus, this.documents, settings, seed);
    if (settings.pairObjective === "nsp" && this.documents.length < 2) {
      throw new RangeError(
        `Next-sentence pairs need two documents or more, got ${this.documents.length}: ` +
          "add text, or choose --pair-objective sop",
      );
    }
    if (this.examplesInEpoch(0) === 0) {
      throw new RangeError(
        `The text gives no example of ${settings.maxSeqLength} tokens: none of its ` +
          `${this.documents.length} documents has two sentences that fit together`,
      );
    }
  }

  /**
   * How many examples a pass over the data has. It differs a little from pass to pass, because
   * lengths are drawn anew.
   *
   * @param epoch The pass.
   * @returns The number.
   */
  examplesInEpoch(epoch: number): number {
    return this.#epochs.lengthOf(epoch);
  }

  /**
   * Which pass an example belongs to.
   *
   * @param index The example's number.
   * @returns The pass, the place in it, and the pass's length.
   * @throws {RangeError} When the number is negative or no integer.
   */
  placeOf(index: number): EpochPlace {
    return this.#epochs.placeOf(index);
  }

  /**
   * The chunks of a pass and what was drawn for them.
   *
   * @param epoch The pass.
   * @returns Its packing.
   */
  packingOf(epoch: number): Packing {
    return this.#epochs.at(epoch).packing;
  }

  /** {@inheritDoc ExampleSource.exampleAt} */
  exampleAt(index: number, trace: boolean = false): Example {
    const { epoch, position } = this.placeOf(index);
    const { packing, order, version } = this.#epochs.at(epoch);
    const chunk = order[position];
    const [first, second] = this.#segmentsOf(packing, chunk, version);
    const truncated = truncatePair(
      first.segment,
      second?.segment,
      textRoom(this.settings),
      new RandomStream(this.seed, STREAM.truncation, version, chunk),
    );
    const { inputIds, places } = this.#layOut(first.segment, second?.segment);
    const tokenTypeIds = new Uint8Array(inputIds.length).fill(1, places[0].end + 1);
    const { vocabulary } = this.corpus;
    const words = findWords(
      inputIds,
      places,
      this.settings.wholeWordMask ? vocabulary.wordStarts : undefined,
    );
    const drawn: MaskingTrace | undefined = trace
      ? { drawnSpans: [], spans: [], replacements: [] }
      : undefined;
    const { positions, labels } = maskSpans(
      inputIds,
      words,
      maskBudget(inputIds.length, this.settings),
      this.settings,
      { size: vocabulary.size, mask: vocabulary.special.mask },
      new RandomStream(this.seed, STREAM.masking, version, chunk),
      drawn,
    );
    return {
      inputIds,
      tokenTypeIds,
      length: inputIds.length,
      maskedPositions: positions,
      maskedLabels: labels,
      pairLabel: second === undefined ? -1 : packing.pairing[chunk] === PAIRING.inOrder ? 0 : 1,
      truncated,
      ...(drawn && {
        trace: {
          ...drawn,
          epoch,
          position,
          chunk,
          target: packing.target[chunk],
          first: this.#describe(first),
          ...(second && { second: this.#describe(second) }),
        },
      }),
    };
  }

  /** What stands first in a chunk's example, and what second, where there is a pair. */
  #segmentsOf(packing: Packing, chunk: number, version: number): [Source, Source?] {
    const sentence = packing.firstSentence[chunk];
    const aEnd = packing.aEnd[chunk];
    const a = this.#span(sentence, aEnd);
    if (this.settings.pairObjective === "none") return [a];
    if (packing.pairing[chunk] === PAIRING.random) {
      return [a, this.#randomSpan(packing, chunk, a, version)];
    }
    const b = this.#span(sentence + aEnd, packing.sentenceCount[chunk] - aEnd);
    return packing.pairing[chunk] === PAIRING.swapped ? [b, a] : [a, b];
  }

  /** Some sentences as a segment that may be cut. */
  #span(sentence: number, sentences: number): Source {
    const { shard, start, end } = this.corpus.rangeOf(sentence, sentences);
    return { sentence, sentences, segment: { shard, start, end, cutFront: 0, cutBack: 0 } };
  }

  /** Sentences of another document, as many as reach the chunk's target beside the first segment. */
  #randomSpan(packing: Packing, chunk: number, first: Source, version: number): Source {
    const stream = new RandomStream(this.seed, STREAM.randomSegment, version, chunk);
    const own = this.corpus.documentOf(first.sentence);
    let document = own;
    while (document === own) document = this.documents[stream.integer(this.documents.length)];
    const { shard, firstSentence, endSentence } = this.corpus.placeOf(document);
    const { sentenceStarts } = this.corpus.shards[shard];
    const start = firstSentence + stream.integer(endSentence - firstSentence);
    const target = packing.target[chunk] - (first.segment.end - first.segment.start);
    let end = start + 1;
    while (end < endSentence && sentenceStarts[end] - sentenceStarts[start] < target) end++;
    return this.#span(this.corpus.sentenceNumber(shard, start), end - start);
  }

  /** Writes `[CLS] A [SEP] B [SEP]` and says where the segments lie. */
  #layOut(a: Segment, b?: Segment): { inputIds: Uint32Array; places: SegmentPlace[] } {
    const { special } = this.corpus.vocabulary;
    const segments = b === undefined ? [a] : [a, b];
    const length = segments.reduce((sum, { start, end }) => sum + end - start + 1, 1);
    const inputIds = new Uint32Array(length);
    inputIds[0] = special.cls;
    let position = 1;
    const places = segments.map((segment): SegmentPlace => {
      const { tokens } = this.corpus.shards[segment.shard];
      const start = position;
      inputIds.set(tokens.subarray(segment.start, segment.end), start);
      const end = start + segment.end - segment.start;
      inputIds[end] = special.sep;
      position = end + 1;
      return {
        start,
        end,
        cutsFirstWord: segment.cutFront > 0,
        cutsLastWord: segment.cutBack > 0 &&
          this.corpus.vocabulary.wordStarts[tokens[segment.end]] === 0,
      };
    });
    return { inputIds, places };
  }

  #describe({ sentence, sentences, segment }: Source): SentenceSpan {
    const { start, end, cutFront, cutBack } = segment;
    return {
      document: this.corpus.documentOf(sentence),
      firstSentence: sentence,
      sentences,
      tokens: end - start + cutFront + cutBack,
      cutFront,
      cutBack,
    };
  }
}

/** Sentences and the segment that they become. */
interface Source {
  readonly sentence: number;
  readonly sentences: number;
  readonly segment: Segment;
}
