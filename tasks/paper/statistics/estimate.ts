/**
 * What some runs say about a quantity: a mean, and how far it may be off.
 *
 * @module
 */
import { studentTQuantile } from "./student_t.ts";

/** Two ends. */
export interface Interval {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** A mean or a difference of means over runs that differ in nothing but the seed. */
export interface Estimate {
  /** Of the runs. */
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for one run and for a difference of unpaired means. */
  readonly spread: number | null;
  /** Runs, or pairs of runs. */
  readonly count: number;
  /** Holds the truth 95 times in 100. Null for a single run: one run says nothing about the next. */
  readonly interval: Interval | null;
}

/** How sure an interval is. */
export const CONFIDENCE = 0.95;

/** The arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample standard deviation, over n − 1; null below two values. */
export function sampleSpread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Mean, spread and 95% interval of independent runs: x̄ ± t(n − 1) · s / √n.
 *
 * @param values one a run, one at least
 * @throws {RangeError} without a value.
 */
export function estimateMean(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError("There is no mean of no runs");
  const spread = sampleSpread(values);
  const middle = mean(values);
  return {
    mean: middle,
    spread,
    count: values.length,
    interval: spread === null
      ? null
      : around(middle, spread / Math.sqrt(values.length), values.length - 1),
  };
}

/**
 * Difference of the means a − b of runs that have nothing to do with each other, with Welch's interval (unequal variances).
 *
 * @throws {RangeError} when a side has no value.
 */
export function welchDifference(a: readonly number[], b: readonly number[]): Estimate {
  if (a.length === 0 || b.length === 0) throw new RangeError("There is no mean of no runs");
  const difference = mean(a) - mean(b);
  const spreads = [sampleSpread(a), sampleSpread(b)];
  const count = a.length + b.length;
  if (spreads[0] === null || spreads[1] === null) {
    return { mean: difference, spread: null, count, interval: null };
  }
  const errorA = spreads[0] ** 2 / a.length, errorB = spreads[1] ** 2 / b.length;
  const error = errorA + errorB;
  // Welch and Satterthwaite; runs that are all alike have no error, whatever the degrees.
  const degrees = error === 0
    ? count - 2
    : error ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  return {
    mean: difference,
    spread: null,
    count,
    interval: around(difference, Math.sqrt(error), degrees),
  };
}

function around(middle: number, error: number, degrees: number): Interval {
  const reach = studentTQuantile((1 + CONFIDENCE) / 2, degrees) * error;
  return { low: middle - reach, high: middle + reach };
}
