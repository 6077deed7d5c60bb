/**
 * The activation functions and their derivatives. "gelu" is x·Φ(x) with the error function, "gelu_new" its tanh approximation, which
 * Google's BERT and ALBERT use (google-research/albert, modeling.py, `gelu`); both from Hendrycks and Gimpel, arXiv 1606.08415.
 *
 * @module
 */
import { erfc } from "./erf.ts";

/** Values of the structural parameter `activation`. */
export const ACTIVATIONS = ["gelu", "gelu_new", "relu", "tanh"] as const;

/** Name of an activation function. */
export type ActivationName = typeof ACTIVATIONS[number];

/**
 * Values of the structural parameter `activation` of matrix multiplications. With `NAME_backward`, the product is the gradient of activations: `c` receives it times
 * the derivative, and `preactivation` is replaced by the activation.
 */
export const MATMUL_ACTIVATIONS = [
  "none",
  ...ACTIVATIONS,
  ...ACTIVATIONS.map((name) => `${name}_backward` as const),
] as const;

/** Returns the name of a value of {@linkcode MATMUL_ACTIVATIONS}, and whether it is a backward pass. */
export function parseMatmulActivation(value: unknown): { name: string; backward: boolean } {
  const [, name, backward] = /^(.*?)(_backward)?$/.exec(String(value))!;
  return { name, backward: backward !== undefined };
}

/** Number of times that a matrix multiplication with this value reads or writes its pre-activations. */
export function activationArrays(value: unknown): number {
  const { name, backward } = parseMatmulActivation(value);
  return name === "none" ? 0 : backward ? 2 : 1;
}

interface Activation {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function normalDistribution(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

const FUNCTIONS: Readonly<Record<ActivationName, Activation>> = {
  gelu: {
    value: (x) => x * normalDistribution(x),
    slope: (x) => normalDistribution(x) + x * normalDensity(x),
  },
  gelu_new: {
    // x·(1 + tanh z)/2 = x·logistic(2z), which does not cancel.
    value: (x) => x * logistic(2 * SQRT_2_OVER_PI * (x + CUBIC * x * x * x)),
    slope: (x) => {
      const share = logistic(2 * SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
      const innerSlope = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
      return share + 2 * x * share * (1 - share) * innerSlope;
    },
  },
  relu: {
    value: (x) => x < 0 ? 0 : x,
    slope: (x) => x > 0 ? 1 : Number.isNaN(x) ? NaN : 0,
  },
  tanh: { value: Math.tanh, slope: (x) => Math.cosh(x) ** -2 },
};

/**
 * Returns the activation function of that name and its derivative.
 *
 * @throws {RangeError} If there is no such activation.
 */
export function activation(name: string): Activation {
  const found = FUNCTIONS[name as ActivationName];
  if (found === undefined) {
    throw new RangeError(`Unknown activation "${name}", expected one of ${ACTIVATIONS.join(", ")}`);
  }
  return found;
}
