/**
 * GLUE's metrics. They need neither a device nor files.
 *
 * @module
 */

/**
 * Returns the fraction of correct predictions.
 *
 * @param gold correct classes
 * @param predicted predicted classes, in the same order
 * @returns 0 to 1
 * @throws {RangeError} if the lengths differ or are 0
 */
export function accuracy(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(gold, predicted);
  let correct = 0;
  for (let i = 0; i < gold.length; i++) correct += Number(gold[i] === predicted[i]);
  return correct / gold.length;
}

/** A square table of counts: `counts[gold][predicted]`. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Counts the pairs of correct and predicted class.
 *
 * @param gold correct classes
 * @param predicted predicted classes, in the same order
 * @param classes number of classes
 * @throws {RangeError} if the lengths differ or are 0, or a class is not in 0 to `classes − 1`
 */
export function confusionMatrix(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  checkLengths(gold, predicted);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < gold.length; i++) {
    if (!(gold[i] in counts) || !(predicted[i] in counts)) {
      throw new RangeError(
        `Classes must be 0 to ${classes - 1}, got ${gold[i]} (predicted ${predicted[i]})`,
      );
    }
    counts[gold[i]][predicted[i]]++;
  }
  return counts;
}

/**
 * Returns the F1 score of class 1 of two classes, the harmonic mean of precision and recall.
 *
 * @param gold correct classes, 0 or 1
 * @param predicted predicted classes, in the same order
 * @returns 0 to 1; 0 if class 1 neither occurs nor is predicted, as in scikit-learn
 * @throws {RangeError} if the lengths differ or are 0, or a class is not 0 or 1
 */
export function f1(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const [[, falsePositives], [falseNegatives, truePositives]] = confusionMatrix(gold, predicted, 2);
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? 0 : (2 * truePositives) / all;
}

/**
 * Returns the Matthews correlation coefficient; for more than two classes Gorodkin's R_K (2004), as scikit-learn's `matthews_corrcoef`.
 *
 * @param gold correct classes
 * @param predicted predicted classes, in the same order
 * @param classes number of classes
 * @returns −1 to 1; 0 if all correct or all predicted classes are equal
 * @throws {RangeError} if the lengths differ or are 0, or a class is not in 0 to `classes − 1`
 */
export function matthewsCorrelation(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number = 2,
): number {
  const counts = confusionMatrix(gold, predicted, classes);
  const total = gold.length;
  const rows = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = counts.map((_, k) => counts.reduce((sum, row) => sum + row[k], 0));
  const trace = counts.reduce((sum, row, k) => sum + row[k], 0);
  const covariance = trace * total - dot(rows, columns);
  const ofGold = total * total - dot(rows, rows);
  const ofPredicted = total * total - dot(columns, columns);
  return ofGold === 0 || ofPredicted === 0 ? 0 : covariance / Math.sqrt(ofGold * ofPredicted);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

/**
 * Returns Pearson's correlation coefficient.
 *
 * @param gold correct values
 * @param predicted predicted values, in the same order
 * @returns −1 to 1; NaN if all values of a list are equal, as in SciPy
 * @throws {RangeError} if the lengths differ or are 0
 */
export function pearson(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(gold, predicted);
  if (isConstant(gold) || isConstant(predicted)) return NaN;
  const a = deviations(gold), b = deviations(predicted);
  let covariance = 0, goldSquares = 0, predictedSquares = 0;
  for (let i = 0; i < gold.length; i++) {
    covariance += a[i] * b[i];
    goldSquares += a[i] * a[i];
    predictedSquares += b[i] * b[i];
  }
  const correlation = covariance / (Math.sqrt(goldSquares) * Math.sqrt(predictedSquares));
  return Math.max(-1, Math.min(1, correlation));
}

/** Compares the values, because the mean of equal values may differ from them by rounding. */
function isConstant(values: ArrayLike<number>): boolean {
  return Array.prototype.every.call(values, (value) => value === values[0]);
}

/** Returns the deviations from the mean, scaled by a power of two so that the squares of very small or large ones remain finite and positive. */
function deviations(values: ArrayLike<number>): number[] {
  const center = mean(values);
  const differences = Array.from(values, (value) => value - center);
  const largest = differences.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  // Only far from 1: scaling by a power of two loses no bits, but is not needed for ordinary values.
  if (!(largest > 0) || (largest > 1e-100 && largest < 1e100)) return differences;
  const scale = 2 ** Math.min(-Math.floor(Math.log2(largest)), 1000);
  return differences.map((difference) => difference * scale);
}

/**
 * Returns Spearman's rank correlation coefficient; equal values share the mean of their ranks.
 *
 * @param gold correct values
 * @param predicted predicted values, in the same order
 * @returns −1 to 1; NaN if one of the lists is constant
 * @throws {RangeError} if the lengths differ or are 0
 */
export function spearman(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return pearson(ranks(gold), ranks(predicted));
}

/** Returns the ranks of values from 1; equal values share the mean of their ranks. */
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

function checkLengths(gold: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (gold.length === predicted.length && gold.length > 0) return;
  throw new RangeError(
    `Cannot score ${predicted.length} predictions against ${gold.length} gold answers`,
  );
}

/**
 * Returns the mean F1 score of all classes that occur or are predicted, as scikit-learn's `f1_score(average="macro")`.
 *
 * @param gold correct classes
 * @param predicted predicted classes, in the same order
 * @param classes number of classes
 * @returns 0 to 1
 * @throws {RangeError} if the lengths differ or are 0, or a class is not in 0 to `classes − 1`
 */
export function macroF1(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number {
  const counts = confusionMatrix(gold, predicted, classes);
  const scores = counts.flatMap((row, k) => {
    const occurs = row.reduce((sum, count) => sum + count, 0);
    const found = counts.reduce((sum, other) => sum + other[k], 0);
    return occurs + found === 0 ? [] : [2 * row[k] / (occurs + found)];
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/**
 * Returns the area under the ROC curve: the probability that a positive example has a higher score than a negative one; ties count half.
 *
 * @param positive whether each example is positive
 * @param scores score of each example, in the same order
 * @returns 0 to 1; NaN without positive or without negative examples
 * @throws {RangeError} if the lengths differ or are 0
 */
export function areaUnderRoc(positive: readonly boolean[], scores: ArrayLike<number>): number {
  checkLengths(positive, scores);
  const order = ranks(scores);
  const count = positive.filter(Boolean).length;
  const sum = positive.reduce((total, yes, i) => total + (yes ? order[i] : 0), 0);
  return (sum - count * (count + 1) / 2) / (count * (positive.length - count));
}

/** Metrics of a task as fractions, such as `{ accuracy: 0.9, f1: 0.92 }`. */
export type TaskMetrics = Readonly<Record<string, number>>;

/** The tasks of the GLUE score. The diagnostic set AX is not part of it. */
const SCORED = ["cola", "sst-2", "mrpc", "sts-b", "qqp", "mnli", "qnli", "rte", "wnli"] as const;

/**
 * Returns the GLUE score: the mean over nine tasks of the mean of each task's metrics (for MNLI, of matched and mismatched accuracy).
 *
 * @param tasks metrics of each task by its name (`cola`, `sst-2`, `mrpc`, `sts-b`, `qqp`, `mnli`, `qnli`, `rte`, `wnli`)
 * @returns 0 to 100, or null if a task is missing
 */
export function glueScore(tasks: ReadonlyMap<string, TaskMetrics>): number | null {
  let sum = 0;
  for (const name of SCORED) {
    const metrics = Object.values(tasks.get(name) ?? {});
    if (metrics.length === 0) return null;
    sum += metrics.reduce((total, value) => total + value, 0) / metrics.length;
  }
  return (100 * sum) / SCORED.length;
}
