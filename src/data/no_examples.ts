/**
 * The error for a text from which no example can be built.
 *
 * @module
 */
import type { Corpus } from "./corpus.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { textRoom } from "./packing.ts";

/** A sentence that is too long for a pair. */
export interface LongSentence {
  /** Number of the document in the corpus, from 0. */
  readonly document: number;
  /** Number of the sentence in its document, from 0. */
  readonly sentence: number;
  /** Number of its tokens. */
  readonly tokens: number;
  /** Number of tokens that a sentence may have at most, so that the pair has room for a second one. */
  readonly most: number;
  /** The maximum number of tokens per example with which the sentence has room in a pair. */
  readonly neededLength: number;
}

/** Thrown if a text has no example: too few documents or sentences for a pair, or sentences that are too long. */
export class NoExamplesError extends RangeError {
  /** The name of the class. */
  override readonly name = "NoExamplesError";
  /**
   * What is missing: more `text`, a second document for next-sentence pairs, a second sentence
   * in any document, or room for a second sentence.
   */
  readonly missing: "text" | "document" | "sentence" | "room";
  /** The shortest sentence that another one follows, if there is no room for the second. */
  readonly shortest: LongSentence | null;

  /**
   * Creates the error; see {@linkcode NoExamplesError.of}.
   *
   * @param message What is missing, and the fix.
   * @param missing The kind of it.
   * @param shortest The sentence, if there is no room for a second one.
   */
  constructor(
    message: string,
    missing: NoExamplesError["missing"],
    shortest: LongSentence | null = null,
  ) {
    super(message);
    this.missing = missing;
    this.shortest = shortest;
  }

  /**
   * Returns the error for documents without an example.
   *
   * @param corpus The text.
   * @param documents Numbers of the documents used.
   * @param settings Settings of packing and masking.
   */
  static of(
    corpus: Corpus,
    documents: ArrayLike<number>,
    settings: ExampleSettings,
  ): NoExamplesError {
    const count = documents.length;
    if (count === 0) {
      return new NoExamplesError("There are no documents to build examples from; add text", "text");
    }
    if (settings.pairObjective === "nsp" && count < 2) {
      return new NoExamplesError(
        `Next-sentence pairs need at least two documents, got ${count}: ` +
          "add text, or choose --pair-objective sop",
        "document",
      );
    }
    const shortest = shortestOf(corpus, documents, textRoom(settings) - 1);
    const length = settings.maxSeqLength;
    if (shortest === null) {
      return new NoExamplesError(
        `The text has no example of ${length} tokens: none of its ${count} documents has two ` +
          "sentences for a pair; join sentences that belong together to documents, or choose " +
          "--pair-objective none",
        "sentence",
      );
    }
    const { document, sentence, tokens, most, neededLength } = shortest;
    if (tokens <= most) {
      return new NoExamplesError(
        `The text is too short for examples of ${length} tokens: each part that was drawn from its ` +
          `${count} documents has one sentence, which makes no pair; add text, or choose another --seed`,
        "text",
      );
    }
    return new NoExamplesError(
      `The text has no example of ${length} tokens: the sentences are too long for pairs. A first sentence ` +
        `of at most ${most} tokens leaves room for a second one, and the shortest is sentence ` +
        `${sentence + 1} of document ${document + 1}, with ${tokens}. ` +
        `Choose --max-seq-length ${neededLength} or more, shorter sentences, or --pair-objective none`,
      "room",
      shortest,
    );
  }
}

/** Returns the shortest sentence that is not the last one of its document. */
function shortestOf(
  corpus: Corpus,
  documents: ArrayLike<number>,
  most: number,
): LongSentence | null {
  let shortest: LongSentence | null = null;
  for (let i = 0; i < documents.length; i++) {
    const { shard, firstSentence, endSentence } = corpus.placeOf(documents[i]);
    const { sentenceStarts } = corpus.shards[shard];
    for (let at = firstSentence; at + 1 < endSentence; at++) {
      const tokens = sentenceStarts[at + 1] - sentenceStarts[at];
      if (shortest !== null && shortest.tokens <= tokens) continue;
      const sentence = at - firstSentence;
      // Three special tokens, and one token of the second sentence.
      shortest = { document: documents[i], sentence, tokens, most, neededLength: tokens + 4 };
    }
  }
  return shortest;
}
