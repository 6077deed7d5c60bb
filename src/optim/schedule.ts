/**
 * Learning rate over time, as google-research/albert optimization.py has it.
 *
 * @module
 */

/** A linear warm-up, then a linear decay to zero that counts from step 0. */
export interface Schedule {
  /** The rate that warm-up heads for. */
  readonly peakLearningRate: number;
  /** Steps of warm-up; 0 for none. */
  readonly warmupSteps: number;
  /** Where the rate reaches zero. */
  readonly totalSteps: number;
}

/**
 * The learning rate of a step. Warm-up and decay are not chained: the decay runs from step 0, so the rate peaks just under its peak and then drops to
 * `1 − warmupSteps/totalSteps` of it.
 *
 * @param step from 0; the first update uses rate 0 when there is a warm-up
 */
export function learningRateAt(
  { peakLearningRate, warmupSteps, totalSteps }: Schedule,
  step: number,
): number {
  if (step < warmupSteps) return (peakLearningRate * step) / warmupSteps;
  return peakLearningRate * (1 - Math.min(step, totalSteps) / totalSteps);
}
