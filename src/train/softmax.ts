/**
 * From scores to probabilities.
 *
 * @module
 */

/** Probabilities of logits, in their order. */
export function softmax(logits: ArrayLike<number>): number[] {
  const scores = Array.from(logits);
  const most = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
