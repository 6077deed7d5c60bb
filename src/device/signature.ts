/**
 * Which bindings a kernel has for given structural parameters, computed once per combination and looked up at every run.
 *
 * @module
 */
import { activeBindings, type Kernel, type Structural } from "../../kernels/mod.ts";

/** The signature of a kernel for one combination of structural parameters. */
export interface Signature {
  /** The values of the structural parameters in order, as text. With the kernel, it identifies a pipeline. */
  readonly key: string;
  /** Names of the existing bindings, in binding order. */
  readonly names: readonly string[];
  /** For each existing binding, whether the kernel writes it. */
  readonly writes: readonly boolean[];
}

interface Known {
  readonly parameters: readonly string[];
  readonly signatures: Map<string, Signature>;
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
    entry = { parameters: Object.keys(kernel.structural), signatures: new Map() };
    known.set(kernel, entry);
  }
  let key = "";
  for (const parameter of entry.parameters) key += `${structural[parameter]} `;
  const found = entry.signatures.get(key);
  if (found !== undefined) return found;
  for (const parameter of entry.parameters) {
    if (!kernel.structural[parameter].includes(structural[parameter])) {
      throw new TypeError(
        `Cannot run ${kernel.name}: structural parameter ${parameter} must be one of ${
          kernel.structural[parameter].join(", ")
        }, got ${structural[parameter]}`,
      );
    }
  }
  const names = activeBindings(kernel, structural);
  const writes = names.map((name) => kernel.bindings[name].access === "read_write");
  const signature = { key, names, writes };
  entry.signatures.set(key, signature);
  return signature;
}
