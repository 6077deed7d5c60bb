/**
 * What a recorder asks of a kernel at every run, worked out once per kernel: the order of its uniforms, and which bindings exist for
 * which structural parameters.
 *
 * @module
 */
import { activeBindings, type Kernel, type Structural } from "../../kernels/mod.ts";

/** A kernel for one combination of structural parameters. */
export interface Signature {
  /** The structural parameters in their order, as text: with the kernel, what tells pipelines apart. */
  readonly key: string;
  /** Names of the bindings that exist, in binding order. */
  readonly names: readonly string[];
  /** For each of them, whether the kernel writes it. */
  readonly writes: readonly boolean[];
}

interface Known {
  readonly parameters: readonly string[];
  readonly signatures: Map<string, Signature>;
}

const known = new WeakMap<Kernel, Known>();

/**
 * The bindings of `kernel` for `structural`.
 *
 * @throws {TypeError} when a structural parameter is missing or has a value that the kernel does not list.
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
        `Cannot run ${kernel.name}: structural parameter ${parameter} is ${
          structural[parameter]
        }, it takes ${kernel.structural[parameter].join(", ")}`,
      );
    }
  }
  const names = activeBindings(kernel, structural);
  const writes = names.map((name) => kernel.bindings[name].access === "read_write");
  const signature = { key, names, writes };
  entry.signatures.set(key, signature);
  return signature;
}
