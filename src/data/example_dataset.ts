/**
 * Examples as a pure function of the text, the settings, the seed and a number.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { Corpus } from "./corpus.ts";
import type { Example, SentenceSpan } from "./example.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { maskBudget, type MaskingTrace, maskSpans } from "./masking.ts";
import { packDocuments, type Packing, PAIRING, textRoom } from "./packing.ts";
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

/** Which pass over the data an example belongs to. */
export interface EpochPlace {
  /** The pass, from 0. */
  readonly epoch: number;
  /** The place in it. */
  readonly position: number;
  /** How many examples that pass has. */
  readonly examples: number;
}

/** A pass ready to be read: its chunks, and the order in which they come. */
interface Epoch {
  readonly packing: Packing;
  readonly order: Uint32Array;
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
  /** Where each epoch ends among all examples, as far as asked for. */
  readonly #epochEnds: number[] = [];
  /** The last epochs read; a batch may lie across a border, so there are two. */
  readonly #epochs = new Map<number, Epoch>();

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
    this.#reach(epoch);
    return this.#epochEnds[epoch] - (this.#epochEnds[epoch - 1] ?? 0);
  }

  /**
   * Which pass an example belongs to.
   *
   * @param index The example's number.
   * @returns The pass, the place in it, and the pass's length.
   * @throws {RangeError} When the number is negative or no integer.
   */
  placeOf(index: number): EpochPlace {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new RangeError(`An example's number must be an integer from 0, got ${index}`);
    }
    let epoch = 0;
    while (this.#reach(epoch) <= index) epoch++;
    const start = this.#epochEnds[epoch - 1] ?? 0;
    return { epoch, position: index - start, examples: this.#epochEnds[epoch] - start };
  }

  /**
   * The chunks of a pass and what was drawn for them.
   *
   * @param epoch The pass.
   * @returns Its packing.
   */
  packingOf(epoch: number): Packing {
    return this.#epoch(epoch).packing;
  }

  /** {@inheritDoc ExampleSource.exampleAt} */
  exampleAt(index: number, trace: boolean = false): Example {
    const { epoch, position } = this.placeOf(index);
    const { packing, order } = this.#epoch(epoch);
    const chunk = order[position];
    const version = this.#versionOf(epoch);
    const { pairObjective } = this.settings;
    const pairing = packing.pairing[chunk];

    let first = this.#span(packing.firstSentence[chunk], packing.aEnd[chunk]);
    let second: Source | undefined;
    if (pairObjective !== "none") {
      second = pairing === PAIRING.random ? this.#randomSpan(packing, chunk, first, version) : this
        .#span(
          packing.firstSentence[chunk] + packing.aEnd[chunk],
          packing.sentenceCount[chunk] - packing.aEnd[chunk],
        );
      if (pairing === PAIRING.swapped) [first, second] = [second, first];
    }
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
      pairLabel: pairObjective === "none" ? -1 : pairing === PAIRING.inOrder ? 0 : 1,
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

  /** With fixed versions, epochs share the chunks and masks of their version. */
  #versionOf(epoch: number): number {
    return this.settings.dupeFactor === 0 ? epoch : epoch % this.settings.dupeFactor;
  }

  /** Counts examples up to the end of an epoch. */
  #reach(epoch: number): number {
    while (this.#epochEnds.length <= epoch) {
      const next = this.#epochEnds.length;
      const { dupeFactor } = this.settings;
      const examples = dupeFactor > 0 && next >= dupeFactor
        ? this.examplesInEpoch(next - dupeFactor)
        : this.#epoch(next).order.length;
      this.#epochEnds.push((this.#epochEnds[next - 1] ?? 0) + examples);
    }
    return this.#epochEnds[epoch];
  }

  #epoch(epoch: number): Epoch {
    let found = this.#epochs.get(epoch);
    if (found === undefined) {
      const version = this.#versionOf(epoch);
      const packing = packDocuments(
        this.corpus,
        this.documents,
        this.settings,
        this.seed,
        version,
      );
      const order = Uint32Array.from({ length: packing.counts.chunks }, (_, i) => i);
      new RandomStream(this.seed, STREAM.order, epoch).shuffle(order);
      found = { packing, order };
      this.#epochs.set(epoch, found);
      if (this.#epochs.size > 2) this.#epochs.delete(this.#epochs.keys().next().value!);
    }
    return found;
  }
}

/** Sentences and the segment that they become. */
interface Source {
  readonly sentence: number;
  readonly sentences: number;
  readonly segment: Segment;
}
