/**
 * A claim of the paper as data: which rows are compared, by what, and what the paper expects.
 *
 * @module
 */
import type { BenchmarkId, CurveName, Variation } from "../experiment.ts";

/** What is compared: one number a run. */
export type Score =
  /** Mean over the finetuned columns that every compared row has; a column of two numbers is averaged first (the paper's rule). */
  | { readonly kind: "downstream"; readonly benchmarks?: readonly BenchmarkId[] }
  /** A metric of the pretrained model itself, or how far it is over another metric of the same job. */
  | { readonly kind: "intrinsic"; readonly metric: string; readonly over?: string }
  /** How unevenly a curve runs (the mean size of its changes from point to point), or where it ends. */
  | { readonly kind: "curve"; readonly curve: CurveName; readonly feature: "roughness" | "end" }
  /** Parameters at the paper's own size. */
  | { readonly kind: "parameters" }
  /** Bytes all-reduced a step, at the paper's own size. */
  | { readonly kind: "traffic" }
  /** Data throughput over BERT-large's. */
  | { readonly kind: "speed-up" };

/** What a row must vary to be the one that is meant; what it leaves out has the model's own value. */
export type RowPattern = Partial<Variation>;

/** One side of a comparison. */
export interface Term {
  /** Of the sum over the terms; −1 is subtracted. For a ratio, 1 stands above and −1 below the line. */
  readonly weight: number;
  /** Which row of the test's experiment. */
  readonly row: RowPattern;
  /** Its number. */
  readonly score: Score;
}

/** What the paper expects of an effect. */
export type Expectation = { readonly above: number } | { readonly below: number };

/** A comparison that can go either way. */
export interface Test {
  /** What is computed, for readers: a noun phrase. */
  readonly statistic: string;
  /** Whose rows are compared. */
  readonly experiment: string;
  /** Summed, run by run of one seed; of a ratio the first over the second. */
  readonly terms: readonly Term[];
  /** How terms become the effect; a weighted sum where absent. */
  readonly ratio?: true;
  /** Of the effect. */
  readonly unit: string;
  /** Where the effect lies if the paper is right. */
  readonly expect: Expectation;
}

/** A claim and what tests it. */
export interface Claim {
  /** In kebab case. */
  readonly id: string;
  /** One sentence, as the paper means it. */
  readonly claim: string;
  /** Where the paper says so. For a control, what it controls. */
  readonly source: string;
  /** True for a control that the paper lacks. */
  readonly control?: true;
  /** The first decides; the others are shown beside it. */
  readonly tests: readonly Test[];
}

/** A term that is added. */
export function plus(row: RowPattern, score: Score): Term {
  return { weight: 1, row, score };
}

/** A term that is subtracted. */
export function minus(row: RowPattern, score: Score): Term {
  return { weight: -1, row, score };
}

/** All finetuned columns. */
export const DOWNSTREAM: Score = { kind: "downstream" };
/** Share of masked tokens that the pretrained model fills in rightly. */
export const MLM = { kind: "intrinsic", metric: "mlm_accuracy" } as const satisfies Score;
