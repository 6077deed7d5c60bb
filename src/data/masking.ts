/**
 * Masks spans of words: n-gram masking of the paper's section 4.1.
 *
 * @module
 */
import type { RandomStream } from "../tensor/random/mod.ts";
import type { ExampleSettings } from "./example_settings.ts";
import type { Words } from "./words.ts";

/** What became of a token that is to be predicted. */
export const REPLACEMENT = {
  /** The mask piece stands in its place. */
  mask: 0,
  /** It was left as it was. */
  kept: 1,
  /** A piece drawn from the whole vocabulary stands in its place. */
  random: 2,
} as const;

/** A masked span of whole words. */
export interface MaskedSpan {
  /** The first position. */
  readonly start: number;
  /** One past the last position. */
  readonly end: number;
  /** How many words it has. */
  readonly words: number;
}

/** What was drawn while masking, for statistics. */
export interface MaskingTrace {
  /** Entry n counts how often a span of n words was drawn, used or not; entry 0 is unused. */
  readonly drawnSpans: number[];
  /** The spans that were masked, in the order drawn. */
  readonly spans: MaskedSpan[];
  /** A value of {@linkcode REPLACEMENT} for each masked position, in order of position. */
  readonly replacements: number[];
}

/** Which positions are predicted, and which ids they had. */
export interface MaskedTokens {
  /** The positions, rising. */
  readonly positions: Uint32Array;
  /** The ids that stood there. */
  readonly labels: Uint32Array;
}

/** The pieces that masking writes. */
export interface MaskVocabulary {
  /** How many ids there are. */
  readonly size: number;
  /** The id of the mask piece. */
  readonly mask: number;
}

/**
 * How many tokens of an example are to be masked: 15% of its length, at least one, at most the cap.
 * Halves are rounded to the even neighbor, as Python does.
 *
 * @param length Tokens in the example, special pieces included.
 * @param settings Share and cap.
 * @returns The number.
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
 * The probabilities of span lengths 1 to `ngram`, summed up: entry n - 1 is that of n or fewer.
 * p(n) is proportional to 1/n (6/11, 3/11, 2/11 for 3), or reversed.
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
 * Words are taken in random order. For each a span length n is drawn; the span is that word and the
 * n - 1 after it in its segment. A span over the budget is shortened; one that still is, or that
 * meets a masked word, is passed over; should that leave the budget unmet, single words fill it up.
 * Then each token is replaced by the mask piece (80%), left
 * (10%), or replaced by any piece of the vocabulary, special ones included (10%). Source:
 * `create_masked_lm_predictions` of google-research/albert; spans there may reach from the first
 * segment into the second, here they do not.
 *
 * @param ids The example's ids; changed in place.
 * @param words The words that may be masked.
 * @param budget How many tokens to mask.
 * @param settings Span lengths.
 * @param vocabulary What replaces a token.
 * @param stream Draws everything.
 * @param trace Where to note what was drawn, or nothing.
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

/** Marks the positions of spans whose lengths add up to the budget, where words allow it. */
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
  // Fisher and Yates, one step at a time: most words are never asked for.
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
  // All words were asked for and spans in each other's way left some over: single words fill up.
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
