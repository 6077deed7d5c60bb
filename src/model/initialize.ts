/**
 * Initial values of parameters (google-research/albert `modeling.py`): a normal distribution truncated at two standard deviations for matrices and embeddings, 0 for
 * biases, 1 for the scales of layer normalization.
 *
 * @module
 */
import { elements } from "../tensor/mod.ts";
import { RandomStream } from "../tensor/random/mod.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Stream id that separates these random numbers from all other uses of the seed. */
const STREAM = 0x696e6974;

/**
 * Returns the initial values of a parameter. They depend only on the seed and on the parameter's name, kind and shape, so adding a head does not change other tensors.
 *
 * @param standardDeviation standard deviation before truncation (0.02 in the paper's code); truncation multiplies it by 0.88
 */
export function initialValues(
  spec: ParameterSpec,
  seed: number,
  standardDeviation: number,
): Float32Array {
  const values = new Float32Array(elements(spec.shape));
  if (spec.kind === "norm_weight") return values.fill(1);
  if (spec.kind === "bias" || spec.kind === "norm_bias") return values;
  const random = new RandomStream(seed, STREAM, nameHash(spec.name));
  for (let i = 0; i < values.length; i++) {
    values[i] = truncatedNormal(random) * standardDeviation;
  }
  return values;
}

/**
 * Initializes parameters as google-research/albert: a normal distribution truncated at two standard deviations for matrices and embeddings, 0 for biases, 1 for the
 * scales of layer normalization. The values depend only on the seed and on each parameter's name, kind and shape.
 *
 * @param standardDeviation standard deviation before truncation, usually `initializerRange` of the configuration
 * @param which selects the parameters to initialize; all if absent
 */
export function initialize(
  parameters: Parameters,
  seed: number,
  standardDeviation: number,
  which: (spec: ParameterSpec) => boolean = () => true,
): void {
  for (const { spec, view } of parameters.list) {
    if (which(spec)) {
      parameters.device.write(view, initialValues(spec, seed, standardDeviation));
    }
  }
}

/** Draws from a standard normal distribution truncated at ±2, by rejection (Box & Muller 1958). */
function truncatedNormal(random: RandomStream): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const value = radius * Math.cos(2 * Math.PI * random.uniform());
    if (Math.abs(value) <= 2) return value;
  }
}

/** Returns the 32-bit FNV-1a hash of a name's UTF-16 code units. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
