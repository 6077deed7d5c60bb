/**
 * Probabilities and ranks of logits, in host memory.
 *
 * @module
 */

/**
 * Computes the softmax of logits, relative to the largest of them, so that it does not overflow.
 *
 * @param logits at least one
 * @returns their probabilities, in the same order
 */
export function softmax(logits: ArrayLike<number>): number[] {
  const scores = Array.from(logits);
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/**
 * Computes the sigmoid of a logit.
 *
 * @returns 0 to 1, also where the exponential function overflows
 */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * Finds the largest values.
 *
 * @param values logits or scores
 * @param count number of values to find
 * @returns their indices, the largest value first; of equal values the one with the smaller index first
 */
export function topK(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: values.length }, (_, index) => index)
    .sort((a, b) => values[b] - values[a])
    .slice(0, count);
}
