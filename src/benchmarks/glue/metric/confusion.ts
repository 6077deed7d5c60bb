/**
 * Counts of (right class, predicted class).
 *
 * @module
 */

/** A square table of counts: `counts[right][predicted]`. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Counts every pair of right and predicted class.
 *
 * @param gold right classes
 * @param predicted as many
 * @param classes number of classes
 * @throws {RangeError} when the lists differ in length or hold another class.
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
        `Cannot count class ${gold[i]} predicted as ${predicted[i]}: there are ${classes} classes`,
      );
    }
    counts[gold[i]][predicted[i]]++;
  }
  return counts;
}

/**
 * Checks that there is one prediction for each answer, and at least one.
 *
 * @throws {RangeError} when there is not.
 */
export function checkLengths(gold: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (gold.length !== predicted.length || gold.length === 0) {
    throw new RangeError(
      `Cannot score ${predicted.length} predictions: there are ${gold.length} answers`,
    );
  }
}
