import { type ConfusionMatrix, confusionMatrix } from "./confusion.ts";

/**
 * Matthews' correlation of right and predicted classes; for more than two, Gorodkin's R_K (2004), as scikit-learn's `matthews_corrcoef`.
 *
 * @param gold right classes
 * @param predicted as many
 * @param classes number of classes
 * @returns −1 to 1; 0 where either list has one class only
 * @throws {RangeError} when the lists differ in length, are empty or hold another class.
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
  const covariance = trace(counts) * total - dot(rows, columns);
  const ofGold = total * total - dot(rows, rows);
  const ofPredicted = total * total - dot(columns, columns);
  return ofGold === 0 || ofPredicted === 0 ? 0 : covariance / Math.sqrt(ofGold * ofPredicted);
}

function trace(counts: ConfusionMatrix): number {
  return counts.reduce((sum, row, k) => sum + row[k], 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}
