/**
 * Masks n-grams of words (section 4.1 of the paper).
 *
 * @module
 */
import type { RandomStream } from "../tensor/random/mod.ts";
import type { ExampleSettings } from "./example_settings.ts";
import type { Words } from "./words.ts";

/** Replacement of a token to predict. */
export const REPLACEMENT = {
  /** The mask token. */
  mask: 0,
  /** Unchanged. */
  kept: 1,
  /** A random token of the vocabulary. */
  random: 2,
} as const;

/** A masked n-gram of whole words. */
export interface MaskedSpan {
  /** First position. */
  readonly start: number;
  /** End (exclusive). */
  readonly end: number;
  /** Number of words. */
  readonly words: number;
}

/** Random choices of masking, for statistics. */
export interface MaskingTrace {
  /** Entry n counts the n-grams of n words drawn, used or not; entry 0 is unused. */
  readonly drawnSpans: number[];
  /** The masked n-grams, in the order drawn. */
  readonly spans: MaskedSpan[];
  /** A value of {@linkcode REPLACEMENT} per masked position, in ascending order. */
  readonly replacements: number[];
}

/** The positions to predict, and their original ids. */
export interface MaskedTokens {
  /** Positions, in ascending order. */
  readonly positions: Uint32Array;
  /** Original ids. */
  readonly labels: Uint32Array;
}

/** The tokens that replace masked ones. */
export interface MaskVocabulary {
  /** Number of ids. */
  readonly size: number;
  /** Id of the mask token. */
  readonly mask: number;
}

/**
 * Returns the number of tokens of an example to mask: 15% of its length, at least one, at most the
 * limit. Ties are rounded to even, as in Python.
 *
 * @param length Number of tokens of the example, with special tokens.
 * @param settings Fraction and limit.
 */
export function maskBudget(
  length: number,
  settings: Pick<ExampleSettings, "maskedLmProb" | "maxPredictionsPerSeq">,
): number {
  if (settings.maskedLmProb === 0) return 0;
  return Math.min(
    settings.maxPredictionsPerSeq,
    Math.max(1, roundHalfToEven(settings.maskedLmProb * length)),
  );
}

/**
 * Cumulative probabilities of n-gram lengths 1 to `ngram`: entry n - 1 is the probability of at most n
 * words. p(n) is proportional to 1/n (6/11, 3/11, 2/11 for 3), or reversed.
 */
function cumulativeSpanProbabilities(ngram: number, favorShorter: boolean): number[] {
  const weights = Array.from({ length: ngram }, (_, i) => 1 / (i + 1));
  if (!favorShorter) weights.reverse();
  const sum = weights.reduce((a, b) => a + b);
  let reached = 0;
  return weights.map((weight) => (reached += weight) / sum);
}

const probabilities = new Map<string, number[]>();

/**
 * Masks tokens of an example in place.
 *
 * Words are visited in random order. For each of them a length n is drawn; the n-gram is the word and
 * the next n - 1 words of its segment. An n-gram that exceeds the budget is shortened. It is skipped if
 * it still exceeds the budget or overlaps a masked n-gram. If the budget is not met, single words are
 * masked. Then each token is replaced by the mask token (80%), kept (10%), or replaced by a random token
 * of the vocabulary, special tokens included (10%). Source: `create_masked_lm_predictions` of
 * google-research/albert, where n-grams may cross the segments; here they do not.
 *
 * @param ids Ids of the example; modified in place.
 * @param words Words that may be masked.
 * @param budget Number of tokens to mask.
 * @param settings Lengths of n-grams.
 * @param vocabulary Replacements.
 * @param stream Random stream.
 * @param trace Receives the random choices, if given.
 * @returns Positions and labels.
 */
export function maskSpans(
  ids: Uint32Array,
  words: Words,
  budget: number,
  settings: Pick<ExampleSettings, "ngram" | "favorShorterNgram">,
  vocabulary: MaskVocabulary,
  stream: RandomStream,
  trace?: MaskingTrace,
): MaskedTokens {
  const covered = chooseSpans(ids.length, words, budget, settings, stream, trace);
  const count = covered.reduce((sum, bit) => sum + bit, 0);
  const positions = new Uint32Array(count);
  const labels = new Uint32Array(count);
  let next = 0;
  for (let position = 0; position < covered.length; position++) {
    if (covered[position] === 0) continue;
    positions[next] = position;
    labels[next++] = ids[position];
    const draw = stream.uniform();
    if (draw < 0.8) ids[position] = vocabulary.mask;
    else if (draw >= 0.9) ids[position] = stream.integer(vocabulary.size);
    trace?.replacements.push(
      draw < 0.8 ? REPLACEMENT.mask : draw < 0.9 ? REPLACEMENT.kept : REPLACEMENT.random,
    );
  }
  return { positions, labels };
}

/** Marks the positions of n-grams whose lengths add up to the budget, if the words allow it. */
function chooseSpans(
  length: number,
  words: Words,
  budget: number,
  settings: Pick<ExampleSettings, "ngram" | "favorShorterNgram">,
  stream: RandomStream,
  trace?: MaskingTrace,
): Uint8Array {
  const { starts, ends, following, count } = words;
  const spanProbabilities = spanProbabilitiesOf(settings);
  const covered = new Uint8Array(length);
  const order = new Uint16Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let left = budget;
  const cover = (word: number, n: number): void => {
    const start = starts[word], end = ends[word + n - 1];
    if (end - start > left || covered.subarray(start, end).includes(1)) return;
    covered.fill(1, start, end);
    left -= end - start;
    trace?.spans.push({ start, end, words: n });
  };
  // Fisher–Yates shuffle, one step at a time, because most words are never visited.
  for (let asked = 0; asked < count && left > 0; asked++) {
    const other = asked + stream.integer(count - asked);
    const word = order[other];
    order[other] = order[asked];
    order[asked] = word;
    let n = 1;
    const draw = stream.uniform();
    while (draw >= spanProbabilities[n - 1]) n++;
    if (trace !== undefined) trace.drawnSpans[n] = (trace.drawnSpans[n] ?? 0) + 1;
    n = Math.min(n, following[word]);
    while (n > 1 && ends[word + n - 1] - starts[word] > left) n--;
    cover(word, n);
  }
  // All words were visited, and overlaps left some unmasked: single words fill the budget.
  for (let asked = 0; asked < count && left > 0; asked++) cover(order[asked], 1);
  return covered;
}

function spanProbabilitiesOf(
  settings: Pick<ExampleSettings, "ngram" | "favorShorterNgram">,
): number[] {
  const key = `${settings.ngram} ${settings.favorShorterNgram}`;
  let found = probabilities.get(key);
  if (found === undefined) {
    found = cumulativeSpanProbabilities(settings.ngram, settings.favorShorterNgram);
    found[found.length - 1] = 1;
    probabilities.set(key, found);
  }
  return found;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
