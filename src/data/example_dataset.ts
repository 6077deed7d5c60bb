/**
 * Examples as a pure function of the text, the settings, the seed and their number.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import { type EpochPlace, Epochs } from "./epochs.ts";
import type { Example, SentenceSpan } from "./example.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { maskBudget, type MaskingTrace, maskSpans } from "./masking.ts";
import { NoExamplesError } from "./no_examples.ts";
import { type Packing, PAIRING, textRoom } from "./packing.ts";
import { STREAM } from "./streams.ts";
import { type Segment, truncatePair } from "./truncation.ts";
import { findWords, type SegmentPlace } from "./words.ts";

/** An endless numbered sequence of examples. */
export interface ExampleSource {
  /**
   * Builds an example.
   *
   * @param index Number of the example, from 0.
   * @param trace Whether to include the trace.
   * @returns The example; the same for the same number.
   */
  exampleAt(index: number, trace?: boolean): Example;
}

/**
 * The examples of a corpus, one epoch after another.
 *
 * The chunks of an epoch and their order depend only on text, settings, seed and epoch, and the random
 * choices of an example on its chunk. So any worker or rank can build any example in any order, and a
 * resumed run needs only the next number.
 *
 * Every epoch has its own number of examples, so the first access to a late epoch packs all epochs before
 * it. With `dupeFactor`, or with a packing of every epoch, the numbers repeat, and any access is immediate.
 */
export class ExampleDataset implements ExampleSource {
  /** The text. */
  readonly corpus: Corpus;
  /** Settings of packing and masking. */
  readonly settings: ExampleSettings;
  /** The seed. */
  readonly seed: number;
  /** Numbers of the documents used. */
  readonly documents: ArrayLike<number>;
  readonly #epochs: Epochs;

  /**
   * Creates a data set.
   *
   * @param corpus The text.
   * @param settings Settings of packing and masking; see {@linkcode exampleSettings}.
   * @param seed The run's seed.
   * @param documents Numbers of the documents to use; all by default.
   * @param packing The chunks of every epoch; each epoch has its own by default.
   * @throws {NoExamplesError} If no example can be built: the text is too short, its sentences are too long for
   *   pairs, or there is only one document for next-sentence pairs.
   */
  constructor(
    corpus: Corpus,
    settings: ExampleSettings,
    seed: number,
    documents?: ArrayLike<number>,
    packing?: Packing,
  ) {
    this.corpus = corpus;
    this.settings = settings;
    this.seed = seed;
    this.documents = documents ?? Uint32Array.from({ length: corpus.documentCount }, (_, i) => i);
    this.#epochs = new Epochs(corpus, this.documents, settings, seed, packing);
    const lacksDocument = settings.pairObjective === "nsp" && this.documents.length < 2;
    if (lacksDocument || this.examplesInEpoch(0) === 0) {
      throw NoExamplesError.of(corpus, this.documents, settings);
    }
  }

  /**
   * Returns the number of examples of an epoch. It varies slightly, because every epoch draws its target
   * lengths.
   *
   * @param epoch The epoch.
   */
  examplesInEpoch(epoch: number): number {
    return this.#epochs.lengthOf(epoch);
  }

  /**
   * Returns the epoch of an example.
   *
   * @param index Number of the example.
   * @throws {RangeError} If the number is not a non-negative integer.
   */
  placeOf(index: number): EpochPlace {
    return this.#epochs.placeOf(index);
  }

  /**
   * Returns the chunks of an epoch and their random choices.
   *
   * @param epoch The epoch.
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

  /** Returns the first and the second segment of a chunk's example; the second only for a pair. */
  #segmentsOf(packing: Packing, chunk: number, version: number): [Source, Source?] {
    const sentence = packing.firstSentence[chunk];
    const aEnd = packing.aEnd[chunk];
    const a = this.#span(sentence, aEnd);
    if (this.settings.pairObjective === "none") return [a];
    if (packing.pairing[chunk] === PAIRING.random && packing.secondOf === undefined) {
      return [a, this.#randomSpan(packing, chunk, a, version)];
    }
    const other = packing.secondOf?.[chunk] ?? chunk;
    const b = this.#span(
      packing.firstSentence[other] + packing.aEnd[other],
      packing.sentenceCount[other] - packing.aEnd[other],
    );
    return packing.pairing[chunk] === PAIRING.swapped ? [b, a] : [a, b];
  }

  /** Returns sentences as a segment to truncate. */
  #span(sentence: number, sentences: number): Source {
    const { shard, start, end } = this.corpus.rangeOf(sentence, sentences);
    return { sentence, sentences, segment: { shard, start, end, cutFront: 0, cutBack: 0 } };
  }

  /** Returns sentences of another document, enough to reach the chunk's target length with the first segment. */
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

  /** Writes `[CLS] A [SEP] B [SEP]` and returns the positions of the segments. */
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

/** Sentences and their segment. */
interface Source {
  readonly sentence: number;
  readonly sentences: number;
  readonly segment: Segment;
}
