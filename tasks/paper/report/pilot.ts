/**
 * The evaluation of the pilot: for each benchmark, whether it distinguishes the pretrained model from the untrained one, and the number of seeds for an effect.
 *
 * @module
 */
import { correctedClaims } from "../findings/assess.ts";
import { CLAIMS } from "../findings/claims.ts";
import { cellOf, completeValues, type MeasuredExperiment } from "../result.ts";
import { ALPHA, estimateMean, mean, seedsForPower } from "../statistics.ts";
import { signed } from "./numbers.ts";

/** The smallest effect of interest, in points. */
const EFFECT = 1;
/** With a larger standard deviation, it cannot be found with a realistic number of seeds. */
const MOST_SPREAD = 20;

/** A benchmark of the pilot. Accuracies and F1 are in points; a benchmark with two numbers has their mean. */
export interface PilotResult {
  /** The column's heading. */
  readonly benchmark: string;
  readonly pretrained: number;
  readonly untrained: number;
  /** Accuracy of the most frequent class; null without classes. */
  readonly majority: number | null;
  /** Accuracy of a logistic regression on words; null if there is none. */
  readonly bagOfWords: number | null;
  /** Mean of pretrained minus untrained, over pairs of runs of the same seed. */
  readonly difference: number;
  /** Its 95% interval; null for a single pair. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Sample standard deviation of the differences; null for a single pair. */
  readonly spread: number | null;
  /** Pairs of runs. */
  readonly seeds: number;
  /** Seeds that find one point with a power of 80% at the first step of Holm's correction; null without a spread, or with one above 20 points. */
  readonly seedsNeeded: number | null;
  /** Whether the interval is above 0, and the pretrained model is better than the most frequent class. */
  readonly distinguishes: boolean;
}

/** Evaluates the benchmarks of the pilot that both models have been fine-tuned on. */
export function pilotResults(measured: MeasuredExperiment): PilotResult[] {
  return measured.experiment.columns.flatMap((column) => {
    if (column.measure.kind !== "finetune") return [];
    const [pretrained, untrained] = ["pretrained", "untrained"].map((row) =>
      cellOf(measured, row, column.id)?.seeds ?? []
    );
    const pairs = pretrained.flatMap((run) => {
      const other = untrained.find(({ seed }) => seed === run.seed);
      const values = [run, ...other === undefined ? [] : [other]].map(completeValues);
      return values.length < 2 || values.includes(null) ? [] : [values.map((each) => mean(each!))];
    });
    if (pairs.length === 0) return [];
    const { metrics } = pretrained[0].result!;
    const { mean: difference, interval, spread } = estimateMean(pairs.map(([a, b]) => a - b));
    const own = mean(pairs.map(([a]) => a));
    return [{
      benchmark: column.label,
      pretrained: own,
      untrained: mean(pairs.map(([, b]) => b)),
      majority: metrics.majority ?? null,
      bagOfWords: metrics.bag_of_words ?? null,
      difference,
      interval,
      spread,
      seeds: pairs.length,
      seedsNeeded: spread === null || spread > MOST_SPREAD
        ? null
        : seedsForPower({ effect: EFFECT, spread, level: ALPHA / correctedClaims(CLAIMS) }),
      distinguishes: (interval?.low ?? 0) > 0 && own > (metrics.majority ?? 0),
    }];
  });
}

/** The results as a table of texts, its heading first. */
export function pilotTable(measured: MeasuredExperiment): string[][] {
  const number = (value: number | null) => value === null ? "–" : value.toFixed(1);
  return [
    [
      ...["Benchmark", "Pretrained", "Untrained", "Majority", "Bag of words"],
      ...["Difference (95% interval)", "s of pairs", "n", `Seeds for ${EFFECT} point`],
      "Distinguishes them",
    ],
    ...pilotResults(measured).map((one) => [
      one.benchmark,
      ...[one.pretrained, one.untrained, one.majority, one.bagOfWords].map(number),
      signed(one.difference, 1) +
      (one.interval === null
        ? ""
        : ` [${signed(one.interval.low, 1)}, ${signed(one.interval.high, 1)}]`),
      one.spread === null ? "–" : one.spread.toFixed(2),
      `${one.seeds}`,
      one.seedsNeeded === null ? "–" : `${one.seedsNeeded}`,
      one.distinguishes ? "yes" : "no",
    ]),
  ];
}
