/**
 * Sentences of books with one hidden word, and how well a model predicts it.
 *
 * @module
 */
import type { Corpus } from "../../src/data/mod.ts";
import { type Encoder, readMaskedLogits, topK, transformersClass } from "../../src/model/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import { type FinetuneExample, predictAll, type TaskHead } from "../../src/train/mod.ts";

/** Sentences per book. */
const SENTENCES = 100;
/** Tokens of a sentence. */
const SHORTEST = 8, LONGEST = 62;
/** Candidates among which the hidden word is looked for. */
const CANDIDATES = 5;
/** The most frequent words of the books, which a model predicts well in any context. */
const FREQUENT = 100;
const BATCH_SIZE = 32;
/** Stream of the choice of sentences and words. */
const STREAM = 0x73686970; // ship

/** What a model predicts for a hidden word. */
export interface HiddenWordResult {
  /** Whether the word is the most probable candidate. */
  readonly isFirst: boolean;
  /** Whether it is among the five most probable ones. */
  readonly isAmongFive: boolean;
  /** Whether it is among the five most frequent words of the books. */
  readonly isAmongFrequentFive: boolean;
  /** Whether it is among the 100 most frequent words of the books. */
  readonly isFrequent: boolean;
}

interface HiddenWord extends FinetuneExample {
  readonly position: number;
  readonly word: number;
}

/**
 * Masks one word in each of 100 random sentences per book. The word is random among those of the sentence that are one piece of letters. The model sees the sentence
 * alone. All pieces of the vocabulary are candidates.
 */
export async function hiddenWords(
  encoder: Encoder,
  corpus: Corpus,
  tokenizer: Tokenizer,
  seed: number,
): Promise<HiddenWordResult[]> {
  const isWord = Uint8Array.from(
    { length: tokenizer.vocabularySize },
    (_, id) => Number(/^▁\p{L}+$/u.test(tokenizer.idToPiece(id))),
  );
  const frequent = mostFrequent(corpus, isWord, FREQUENT);
  const examples: HiddenWord[] = [];
  for (let book = 0; book < corpus.documentCount; book++) {
    examples.push(...hideWords(corpus, book, isWord, new RandomStream(seed, STREAM, book)));
  }
  const { config: { maxPositionEmbeddings }, parameters: { device } } = encoder;
  const predictions = await predictAll(
    ...[device, encoder, HEAD, examples, BATCH_SIZE, maxPositionEmbeddings] as const,
  );
  return examples.map(({ word }, i) => ({
    isFirst: predictions[i][0] === word,
    isAmongFive: predictions[i].includes(word),
    isAmongFrequentFive: frequent.slice(0, CANDIDATES).includes(word),
    isFrequent: frequent.includes(word),
  }));
}

/** The sentences of a book in random order, each with a random hidden word, until there are enough. */
function hideWords(
  corpus: Corpus,
  book: number,
  isWord: Uint8Array,
  random: RandomStream,
): HiddenWord[] {
  const { cls, sep, mask } = corpus.vocabulary.special;
  const { shard, firstSentence, endSentence } = corpus.placeOf(book);
  const first = corpus.sentenceNumber(shard, firstSentence);
  const order = Uint32Array.from({ length: endSentence - firstSentence }, (_, i) => first + i);
  random.shuffle(order);
  const found: HiddenWord[] = [];
  for (const sentence of order) {
    if (found.length === SENTENCES) break;
    const { start, end } = corpus.rangeOf(sentence, 1);
    if (end - start < SHORTEST || end - start > LONGEST) continue;
    const ids = [...corpus.shards[shard].tokens.subarray(start, end)];
    const words = [...ids.keys()].filter((i) =>
      isWord[ids[i]] === 1 &&
      (i + 1 === ids.length || corpus.vocabulary.wordStarts[ids[i + 1]] === 1)
    );
    if (words.length === 0) continue;
    const hidden = words[random.integer(words.length)];
    const whole = [cls, ...ids.with(hidden, mask), sep];
    found.push({
      sequences: [{ ids: whole, typeIds: new Uint8Array(whole.length) }],
      position: hidden + 1,
      word: ids[hidden],
    });
  }
  return found;
}

/** The most frequent words of the books, the first one most frequent. */
function mostFrequent(corpus: Corpus, isWord: Uint8Array, count: number): number[] {
  const counts = new Float64Array(isWord.length);
  for (let book = 0; book < corpus.documentCount; book++) {
    for (const id of corpus.tokensOf(book)) counts[id] += isWord[id];
  }
  return topK(counts, count);
}

/** Predicts the most probable pieces at the hidden word. */
const HEAD: TaskHead<HiddenWord, number[]> = {
  name: "masked language",
  pooler: false,
  configExtra: {},
  architecture: (config) => transformersClass(config, "ForMaskedLM"),
  headSpecs: () => [],
  async predict(device, encoder, { examples, input }) {
    const { sequenceOutput } = encoder.forward({ device }, input);
    const rows = Uint32Array.from(examples, ({ position }, i) => i * input.sequence + position);
    const logits = await readMaskedLogits(device, encoder, sequenceOutput, rows);
    return logits.map((row) => topK(row, CANDIDATES));
  },
};
