/**
 * Settings of the optimizers, and the learning-rate schedule of google-research/albert `optimization.py`.
 *
 * @module
 */

/** The update rule. */
export type OptimizerKind = "lamb" | "adamw";

/** Constants of the update rule. */
export interface OptimizerSettings {
  /** The update rule. */
  readonly kind: OptimizerKind;
  /** Decay rate of the first moment, in [0, 1). */
  readonly beta1: number;
  /** Decay rate of the second moment, in [0, 1). */
  readonly beta2: number;
  /** Constant added to the square root of the second moment. */
  readonly epsilon: number;
  /** Factor of the weights in the update (decoupled weight decay). */
  readonly weightDecay: number;
  /** Maximum global gradient norm; 0 disables clipping. */
  readonly maxGradientNorm: number;
}

/** Constants of the paper's recipe (google-research/albert). */
export const OPTIMIZER_DEFAULTS: OptimizerSettings = {
  kind: "lamb",
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-6,
  weightDecay: 0.01,
  maxGradientNorm: 1,
};

/**
 * Checks that every setting is in range.
 *
 * @throws {RangeError} if one is not
 */
export function validateOptimizerSettings(settings: OptimizerSettings): void {
  const { kind, beta1, beta2, epsilon, weightDecay, maxGradientNorm } = settings;
  if (kind !== "lamb" && kind !== "adamw") {
    throw new RangeError(`kind must be "lamb" or "adamw", got ${JSON.stringify(kind)}`);
  }
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    if (!(value >= 0 && value < 1)) throw new RangeError(`${name} must be in [0, 1), got ${value}`);
  }
  if (!(epsilon > 0)) throw new RangeError(`epsilon must be positive, got ${epsilon}`);
  for (const [name, value] of Object.entries({ weightDecay, maxGradientNorm })) {
    if (!(value >= 0)) throw new RangeError(`${name} must be at least 0, got ${value}`);
  }
}

/** How the learning rate falls after the warm-up. */
export type Decay = (typeof DECAYS)[number];

/**
 * Forms of the decay: `polynomial` is that of google-research/albert, whose decay starts at step 0. The others are those of transformers and start at the end of the
 * warm-up: `linear` and half a period of `cosine` to zero, or `constant`.
 */
export const DECAYS = ["polynomial", "linear", "cosine", "constant"] as const;

/** Linear warm-up, and decay to zero. */
export interface Schedule {
  /** Learning rate that the warm-up approaches. */
  readonly peakLearningRate: number;
  /** Number of warm-up steps; 0 for none. */
  readonly warmupSteps: number;
  /** Step at which the learning rate reaches zero. */
  readonly totalSteps: number;
  /** Exponent of the decay, `poly_power` in google-research/albert; 1 (linear) if absent. */
  readonly power?: number;
  /** Form of the decay; `polynomial` if absent. */
  readonly decay?: Exclude<Decay, "polynomial">;
}

/**
 * Returns the learning rate of a step. The polynomial decay starts at step 0, not after the warm-up: at the end of the warm-up the learning rate drops from almost
 * `peakLearningRate` to `(1 − warmupSteps/totalSteps)^power` of it. All other forms continue from `peakLearningRate`.
 *
 * @param step step from 0; with a warm-up, the learning rate of step 0 is 0
 */
export function learningRateAt(
  { peakLearningRate, warmupSteps, totalSteps, power = 1, decay }: Schedule,
  step: number,
): number {
  if (step < warmupSteps) return (peakLearningRate * step) / warmupSteps;
  if (decay === "constant") return peakLearningRate;
  if (decay !== undefined) {
    const done = Math.min(step - warmupSteps, totalSteps - warmupSteps) /
      Math.max(totalSteps - warmupSteps, 1);
    const left = decay === "linear" ? 1 - done : 0.5 * (1 + Math.cos(Math.PI * done));
    return peakLearningRate * left;
  }
  return peakLearningRate * (1 - Math.min(step, totalSteps) / totalSteps) ** power;
}
