import { checkLengths } from "./confusion.ts";

/**
 * Share of predictions that are right.
 *
 * @param gold right classes
 * @param predicted as many
 * @returns 0 to 1
 * @throws {RangeError} when the lists differ in length or are empty.
 */
export function accuracy(gold: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(gold, predicted);
  let right = 0;
  for (let i = 0; i < gold.length; i++) right += Number(gold[i] === predicted[i]);
  return right / gold.length;
}
