/**
 * A claim of the paper as data: the rows that it compares, the score, and the effect that the paper expects.
 *
 * @module
 */
import type { BenchmarkId, CurveName, Variation } from "../experiment.ts";

/** The number that is compared, one per run. */
export type Score =
  /** Mean over the fine-tuned columns in which every compared row has numbers; a column with two numbers is averaged first, as in the paper. */
  | { readonly kind: "downstream"; readonly benchmarks?: readonly BenchmarkId[] }
  /** A metric of the pretrained model, or its difference to another metric of the same job or to a constant (`over`). */
  | { readonly kind: "intrinsic"; readonly metric: string; readonly over?: string | number }
  /** The mean absolute change of a curve from point to point, or its last value; `over` as above. */
  | {
    readonly kind: "curve";
    readonly curve: CurveName;
    readonly feature: "roughness" | "end";
    readonly over?: string;
  }
  /** Parameters at the paper's size. */
  | { readonly kind: "parameters" }
  /** Gradient bytes all-reduced per step at the paper's size. */
  | { readonly kind: "traffic" }
  /** Peak memory of a training step with one example at the paper's size. */
  | { readonly kind: "memory" }
  /** Training throughput relative to BERT-large. */
  | { readonly kind: "speed-up" };

/** The fields that identify a row; fields that the row does not vary have its model's value. */
export type RowPattern = Partial<Variation>;

/** One side of a comparison. */
export interface Term {
  /** Factor in the sum over the terms, −1 to subtract. In a ratio, 1 is the numerator and −1 the denominator. */
  readonly weight: number;
  /** Selects a row of the test's experiment. */
  readonly row: RowPattern;
  readonly score: Score;
}

/** The side of a threshold on which the paper expects the effect. */
export type Expectation = { readonly above: number } | { readonly below: number };

/** The threshold itself. */
export function thresholdOf(expect: Expectation): number {
  return "above" in expect ? expect.above : expect.below;
}

/** A comparison whose outcome can support or contradict a claim. */
export interface Test {
  /** A description of the effect: a noun phrase. */
  readonly statistic: string;
  /** Id of the experiment whose rows are compared. */
  readonly experiment: string;
  /** Combined run by run of the same seed. */
  readonly terms: readonly Term[];
  /** Divides the first term by the second; a weighted sum if absent. */
  readonly ratio?: true;
  /** Unit of the effect. */
  readonly unit: string;
  /** Where the effect lies if the claim holds. */
  readonly expect: Expectation;
}

/** A claim and its tests. */
export interface Claim {
  /** In kebab case. */
  readonly id: string;
  /** A few words. */
  readonly title: string;
  /** What the primary statistic compares, in a few words. */
  readonly compared: string;
  /** One sentence. */
  readonly claim: string;
  /** Section and table of the paper; for a control, the experiment that it controls. */
  readonly source: string;
  /** True for a control that the paper does not have. */
  readonly control?: true;
  /** The first test is the primary statistic, which decides; the others are secondary evidence without a verdict. */
  readonly tests: readonly Test[];
  /** What must hold before the primary statistic can decide: each interval must be on the expected side. */
  readonly preconditions?: readonly Test[];
}

/** A term that is added. */
export function plus(row: RowPattern, score: Score): Term {
  return { weight: 1, row, score };
}

/** A term that is subtracted. */
export function minus(row: RowPattern, score: Score): Term {
  return { weight: -1, row, score };
}

/** Mean over all fine-tuned columns. */
export const DOWNSTREAM: Score = { kind: "downstream" };
/** Masked-LM accuracy of the pretrained model. */
export const MLM = { kind: "intrinsic", metric: "mlm_accuracy" } as const satisfies Score;

/** Masked-LM accuracy minus that of always predicting the most frequent token. */
const MLM_OVER_UNIGRAM = { ...MLM, over: "unigram_accuracy" } as const satisfies Score;

/** A precondition: a single model is better than a baseline. */
export function better(experiment: string, statistic: string, row: RowPattern, score: Score): Test {
  return { statistic, experiment, terms: [plus(row, score)], unit: "points", expect: { above: 0 } };
}

/** Preconditions of a statistic on masked-LM accuracy: every compared model predicts better than by frequency. */
export function learnedWords(
  experiment: string,
  rows: Readonly<Record<string, RowPattern>>,
): Test[] {
  return Object.entries(rows).map(([name, row]) =>
    better(
      experiment,
      `masked-LM accuracy of ${name} minus that of the most frequent token`,
      row,
      MLM_OVER_UNIGRAM,
    )
  );
}

/** A score with its name in statistics. */
export type NamedScore = readonly [name: string, score: Score];

/** A difference between two rows, in points. */
export function difference(
  experiment: string,
  [name, score]: NamedScore,
  compared: string,
  [row, baseline]: readonly [row: RowPattern, baseline: RowPattern],
  expect: Expectation = { above: 0 },
): Test {
  const terms = [plus(row, score), minus(baseline, score)];
  return { statistic: `${name}: ${compared}`, experiment, terms, unit: "points", expect };
}

/** The gain from one row to another minus the gain between two others, in points. */
export function saturation(
  experiment: string,
  [name, score]: NamedScore,
  compared: string,
  [first, last]: readonly [first: readonly RowPattern[], last: readonly RowPattern[]],
): Test {
  const gain = ([from, to]: readonly RowPattern[]) => [plus(to, score), minus(from, score)];
  return {
    statistic: `${name}: ${compared}`,
    experiment,
    terms: [...gain(first), ...gain(last).map(negated)],
    unit: "points",
    expect: { above: 0 },
  };
}

function negated(term: Term): Term {
  return { ...term, weight: -term.weight };
}
