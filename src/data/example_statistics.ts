/**
 * Statistics of examples, for comparison with the paper.
 *
 * @module
 */
import type { ExampleDataset } from "./example_dataset.ts";
import { maskBudget } from "./masking.ts";

/** Statistics of a number of examples. Fractions are from 0 to 1. */
export interface ExampleStatistics {
  /** Number of examples. */
  readonly examples: number;
  /** Maximum number of tokens per example. */
  readonly maxSeqLength: number;
  /** Mean number of tokens. */
  readonly meanLength: number;
  /** Fraction of truncated examples. */
  readonly truncated: number;
  /** Fraction of pairs with label 1: swapped, or with a random second segment. */
  readonly pairsWithLabelOne: number;
  /** Fraction of short target lengths among those drawn for the epochs. */
  readonly shortTargetsDrawn: number;
  /** Number of one-sentence chunks left out in these epochs, relative to the chunks used. */
  readonly oneSentenceChunksDropped: number;
  /** Entry n - 1: fraction of n-grams of length n among those drawn. */
  readonly spansDrawn: number[];
  /** Entry n - 1: fraction of n-grams of length n among those masked. */
  readonly spansMasked: number[];
  /** Fraction of examples with exactly the intended number of masked tokens. */
  readonly budgetsMet: number;
  /** Mean number of masked tokens per example. */
  readonly meanMasked: number;
  /** Fractions of masked tokens that are replaced by the mask token, unchanged, and replaced at random. */
  readonly replacements: { readonly mask: number; readonly kept: number; readonly random: number };
  /** Number of pairs with segments of different documents; 0 for sentence order. */
  readonly pairsAcrossDocuments: number;
  /** Number of pairs of one document whose segments are not adjacent. */
  readonly pairsNotConsecutive: number;
  /** Entry i counts examples with i percent of their tokens masked, rounded to the nearest. */
  readonly maskedPercentHistogram: number[];
  /** Entry i counts examples of i sixteenths of the maximum length, rounded up. */
  readonly lengthHistogram: number[];
}

/**
 * Computes the statistics of examples.
 *
 * @param dataset The examples.
 * @param count Number of examples, from the first.
 * @returns The statistics.
 */
export function exampleStatistics(dataset: ExampleDataset, count: number): ExampleStatistics {
  const { settings } = dataset;
  const drawn = new Array<number>(settings.ngram).fill(0);
  const masked = new Array<number>(settings.ngram).fill(0);
  const replacements = [0, 0, 0];
  const maskedPercentHistogram = new Array<number>(101).fill(0);
  const lengthHistogram = new Array<number>(17).fill(0);
  let length = 0, truncated = 0, labelOne = 0, budgetsMet = 0, predictions = 0;
  let across = 0, apart = 0;
  for (let index = 0; index < count; index++) {
    const example = dataset.exampleAt(index, true);
    const { first, second, drawnSpans, spans, replacements: replaced } = example.trace!;
    length += example.length;
    truncated += Number(example.truncated);
    labelOne += Number(example.pairLabel === 1);
    predictions += example.maskedPositions.length;
    budgetsMet += Number(example.maskedPositions.length === maskBudget(example.length, settings));
    drawnSpans.forEach((times, n) => drawn[n - 1] += times);
    for (const { words } of spans) masked[words - 1]++;
    for (const replacement of replaced) replacements[replacement]++;
    maskedPercentHistogram[Math.round(100 * example.maskedPositions.length / example.length)]++;
    lengthHistogram[Math.ceil(16 * example.length / settings.maxSeqLength)]++;
    if (second !== undefined && first.document !== second.document) across++;
    else if (second !== undefined) {
      const [a, b] = first.firstSentence < second.firstSentence ? [first, second] : [second, first];
      apart += Number(a.firstSentence + a.sentences !== b.firstSentence);
    }
  }
  const { epoch } = dataset.placeOf(count - 1);
  let targets = 0, shortTargets = 0, chunks = 0, dropped = 0;
  for (let i = 0; i <= epoch; i++) {
    const { counts } = dataset.packingOf(i);
    targets += counts.targetsDrawn;
    shortTargets += counts.shortTargetsDrawn;
    chunks += counts.chunks;
    dropped += counts.oneSentenceChunksDropped;
  }
  const [mask, kept, random] = shares(replacements);
  return {
    examples: count,
    maxSeqLength: settings.maxSeqLength,
    meanLength: length / count,
    truncated: truncated / count,
    pairsWithLabelOne: labelOne / count,
    shortTargetsDrawn: shortTargets / targets,
    oneSentenceChunksDropped: dropped / chunks,
    spansDrawn: shares(drawn),
    spansMasked: shares(masked),
    budgetsMet: budgetsMet / count,
    meanMasked: predictions / count,
    replacements: { mask, kept, random },
    pairsAcrossDocuments: across,
    pairsNotConsecutive: apart,
    maskedPercentHistogram,
    lengthHistogram,
  };
}

function shares(counts: readonly number[]): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => sum === 0 ? 0 : count / sum);
}
