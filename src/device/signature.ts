/**
 * What the runs of a kernel with the same structural parameters share, computed once per combination and looked up at every run.
 *
 * @module
 */
import {
  activeBindings,
  DROPOUT_UNIFORMS,
  type Kernel,
  type Structural,
  type StructuralValue,
} from "../../kernels/mod.ts";

/** The signature of a kernel for one combination of structural parameters. */
export interface Signature {
  /** The values of the structural parameters in order, as text. With the kernel, it identifies a pipeline. */
  readonly key: string;
  /** Names of the existing bindings, in binding order. */
  readonly names: readonly string[];
  /** For each existing binding, whether the kernel writes it. */
  readonly writes: readonly boolean[];
  /** Names of the uniforms, in order. */
  readonly uniforms: readonly string[];
  /** For each uniform, whether it is an integer. */
  readonly integers: readonly boolean[];
  /** Names of the uniforms that lengths of bindings and variants may depend on: the integers, without those of random numbers. */
  readonly sizes: readonly string[];
}

interface Known {
  readonly parameters: readonly string[];
  /** In order of their first use, with the values of the structural parameters. */
  readonly signatures: { readonly values: readonly StructuralValue[]; readonly found: Signature }[];
}

const known = new WeakMap<Kernel, Known>();

/**
 * Returns the signature of `kernel` for `structural`.
 *
 * @throws {TypeError} if a structural parameter is missing or has a value that the kernel does not list.
 */
export function signatureOf(kernel: Kernel, structural: Structural): Signature {
  let entry = known.get(kernel);
  if (entry === undefined) {
    entry = { parameters: Object.keys(kernel.structural), signatures: [] };
    known.set(kernel, entry);
  }
  const { parameters, signatures } = entry;
  search: for (const { values, found } of signatures) {
    for (let i = 0; i < values.length; i++) {
      if (structural[parameters[i]] !== values[i]) continue search;
    }
    return found;
  }
  const found = create(kernel, structural, parameters);
  signatures.push({ values: parameters.map((parameter) => structural[parameter]), found });
  return found;
}

function create(
  kernel: Kernel,
  structural: Structural,
  parameters: readonly string[],
): Signature {
  for (const parameter of parameters) {
    if (!kernel.structural[parameter].includes(structural[parameter])) {
      throw new TypeError(
        `Cannot run ${kernel.name}: structural parameter ${parameter} must be one of ${
          kernel.structural[parameter].join(", ")
        }, got ${structural[parameter]}`,
      );
    }
  }
  const names = activeBindings(kernel, structural);
  const uniforms = Object.keys(kernel.uniforms);
  return {
    key: parameters.map((parameter) => `${structural[parameter]} `).join(""),
    names,
    writes: names.map((name) => kernel.bindings[name].access === "read_write"),
    uniforms,
    integers: uniforms.map((name) => kernel.uniforms[name] === "u32"),
    sizes: uniforms.filter((name) =>
      kernel.uniforms[name] === "u32" && !(name in DROPOUT_UNIFORMS)
    ),
  };
}
