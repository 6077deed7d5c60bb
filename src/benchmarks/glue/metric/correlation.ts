import { checkLengths } from "./confusion.ts";

/**
 * Pearson's correlation.
 *
 * @param gold right values
 * @param predicted as many
 * @returns −1 to 1; NaN where either list is constant, as SciPy has it
 * @throws {RangeError} when the lists differ in length or are empty.
 */
export function pearson(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(gold, predicted);
  const goldMean = mean(gold);
  const predictedMean = mean(predicted);
  let covariance = 0, goldSquares = 0, predictedSquares = 0;
  for (let i = 0; i < gold.length; i++) {
    const a = gold[i] - goldMean;
    const b = predicted[i] - predictedMean;
    covariance += a * b;
    goldSquares += a * a;
    predictedSquares += b * b;
  }
  const correlation = covariance / (Math.sqrt(goldSquares) * Math.sqrt(predictedSquares));
  return Math.max(-1, Math.min(1, correlation));
}

/**
 * Spearman's correlation: Pearson's of the ranks, equal values sharing the mean of their ranks.
 *
 * @param gold right values
 * @param predicted as many
 * @returns −1 to 1; NaN where either list is constant
 * @throws {RangeError} when the lists differ in length or are empty.
 */
export function spearman(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return pearson(ranks(gold), ranks(predicted));
}

/** Ranks from 1, ties sharing their mean. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, index) => index).sort((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) result[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
