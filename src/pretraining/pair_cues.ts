/**
 * What the lengths of two segments and their cuts reveal about the label of a pair. Truncation to a short length gives much of the
 * order away, so that a sentence-order accuracy of 60% can mean that nothing about order was learned.
 *
 * @module
 */
import type { Example, ExampleSource } from "../data/mod.ts";

/** Pairs to fit the baseline to, and pairs to test it on. */
const FITTED = 6000, TESTED = 2000;
const ITERATIONS = 15;
/** Weight of the penalty on squared coefficients. */
const RIDGE = 1e-3;

/**
 * Returns the accuracy of a logistic regression that sees only the lengths of both segments, and whether they start and end at
 * sentence boundaries: a lower bound of what a model must exceed to know order. NaN without pairs.
 *
 * @param train examples to fit, from the first
 * @param test examples to test, from the first
 */
export function pairCueAccuracy(train: ExampleSource, test: ExampleSource): number {
  const [fitted, tested] = [labeledCues(train, FITTED), labeledCues(test, TESTED)];
  if (fitted.length === 0 || tested.length === 0) return NaN;
  const scales = fitted[0].cues.map((_, column) => scaleOf(fitted.map(({ cues }) => cues[column])));
  const rows = (pairs: readonly LabeledCues[]) =>
    pairs.map(({ cues, label }) => ({
      cues: [1, ...cues.map((value, i) => (value - scales[i].mean) / scales[i].deviation)],
      label,
    }));
  const weights = fitLogistic(rows(fitted));
  const right = rows(tested).filter(({ cues, label }) =>
    (dot(weights, cues) > 0) === (label === 1)
  );
  return right.length / tested.length;
}

interface LabeledCues {
  readonly cues: readonly number[];
  readonly label: number;
}

function labeledCues(source: ExampleSource, count: number): LabeledCues[] {
  const found: LabeledCues[] = [];
  for (let index = 0; index < count; index++) {
    const example = source.exampleAt(index, true);
    if (example.pairLabel >= 0) found.push({ cues: cuesOf(example), label: example.pairLabel });
  }
  return found;
}

function cuesOf({ trace }: Example): number[] {
  return [trace!.first, trace!.second!].flatMap(({ tokens, cutFront, cutBack }) => [
    tokens - cutFront - cutBack,
    Number(cutFront > 0),
    Number(cutBack > 0),
  ]);
}

function scaleOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}

/** Fits a logistic regression with Newton's method. */
function fitLogistic(rows: readonly LabeledCues[]): number[] {
  const size = rows[0].cues.length;
  let weights = new Array<number>(size).fill(0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const gradient = weights.map((weight) => -RIDGE * weight);
    const hessian = weights.map((_, i) => weights.map((_, j) => i === j ? RIDGE : 0));
    for (const { cues, label } of rows) {
      const p = 1 / (1 + Math.exp(-dot(weights, cues)));
      for (let i = 0; i < size; i++) {
        gradient[i] += (label - p) * cues[i];
        for (let j = 0; j < size; j++) hessian[i][j] += p * (1 - p) * cues[i] * cues[j];
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight + step[i]);
  }
  return weights;
}

/** Solves a symmetric positive definite system by Gaussian elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    for (let below = i + 1; below < size; below++) {
      const factor = rows[below][i] / rows[i][i];
      for (let j = i; j <= size; j++) rows[below][j] -= factor * rows[i][j];
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    let sum = rows[i][size];
    for (let j = i + 1; j < size; j++) sum -= rows[i][j] * solution[j];
    solution[i] = sum / rows[i][i];
  }
  return solution;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
