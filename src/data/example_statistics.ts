/**
 * Counts over many examples: does the data look as the paper says it should?
 *
 * @module
 */
import type { ExampleDataset } from "./example_dataset.ts";
import { maskBudget } from "./masking.ts";

/** Shares and counts over some examples. Shares are from 0 to 1. */
export interface ExampleStatistics {
  /** How many examples were looked at. */
  readonly examples: number;
  /** Tokens an example may have. */
  readonly maxSeqLength: number;
  /** Mean number of tokens. */
  readonly meanLength: number;
  /** Share of examples that were cut to fit. */
  readonly truncated: number;
  /** Share of pairs with label 1: swapped, or with a random second segment. */
  readonly pairsWithLabelOne: number;
  /** Share of short target lengths among those drawn for the epochs looked at. */
  readonly shortTargetsDrawn: number;
  /** Chunks of one sentence left out in these epochs, beside every 1 that was used. */
  readonly oneSentenceChunksDropped: number;
  /** Entry n - 1: share of span length n among all drawn. */
  readonly spansDrawn: number[];
  /** Entry n - 1: share of span length n among the spans that were masked. */
  readonly spansMasked: number[];
  /** Share of examples with as many masked tokens as their length and the cap ask for. */
  readonly budgetsMet: number;
  /** Masked tokens an example. */
  readonly meanMasked: number;
  /** Share of masked tokens replaced by the mask piece, left as they were, and replaced at random. */
  readonly replacements: { readonly mask: number; readonly kept: number; readonly random: number };
  /** Pairs whose segments come from different documents; none under sentence order. */
  readonly pairsAcrossDocuments: number;
  /** Pairs of one document whose second segment does not follow the first, nor the reverse. */
  readonly pairsNotConsecutive: number;
  /** Entry i counts examples with i percent of their tokens masked, rounded to the nearest. */
  readonly maskedPercentHistogram: number[];
  /** Entry i counts examples of i sixteenths of the maximum length, rounded up. */
  readonly lengthHistogram: number[];
}

/**
 * Builds examples and counts.
 *
 * @param dataset The examples.
 * @param count How many, from the first on.
 * @returns The counts.
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
