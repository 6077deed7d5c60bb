/**
 * How a new model starts (google-research/albert modeling.py): kernels and tables from a normal distribution cut at two standard deviations, biases zero,
 * normalization weights one.
 *
 * @module
 */
import { elements } from "../tensor/mod.ts";
import { RandomStream } from "../tensor/random/mod.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { Parameters } from "./parameters.ts";

/** Purpose of these random numbers, apart from every other use of the seed. */
const STREAM = 0x696e6974;

/**
 * The first values of a parameter: a pure function of seed, name and shape, so that adding a head changes no other tensor.
 *
 * @param standardDeviation of the uncut normal (0.02 in the paper's code; the cut makes the real one 0.88 of it)
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

/** Writes first values for the given parameters, all of them unless told otherwise. */
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

/** One draw from the standard normal, again until it lies within two standard deviations (Box & Muller 1958). */
function truncatedNormal(random: RandomStream): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const value = radius * Math.cos(2 * Math.PI * random.uniform());
    if (Math.abs(value) <= 2) return value;
  }
}

/** FNV-1a over UTF-16 units: a stable number for a name. */
function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
