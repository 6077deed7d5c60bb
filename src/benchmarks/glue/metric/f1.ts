import { confusionMatrix } from "./confusion.ts";

/**
 * F1 of class 1 of two, the harmonic mean of precision and recall.
 *
 * @param gold right classes, 0 or 1
 * @param predicted as many
 * @returns 0 to 1; 0 where class 1 neither occurs nor is predicted, as scikit-learn has it
 * @throws {RangeError} when the lists differ in length, are empty or hold another class.
 */
export function f1(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const [[, falsePositives], [falseNegatives, truePositives]] = confusionMatrix(gold, predicted, 2);
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? 0 : (2 * truePositives) / all;
}
