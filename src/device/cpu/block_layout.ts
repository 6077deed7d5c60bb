/**
 * How the parameter block of a fast path is filled, worked out once for each kernel and combination of structural parameters.
 *
 * @module
 */
import type { RunCommand } from "../recording.ts";
import type { Signature } from "../signature.ts";

/** The order of a parameter block; see {@link ./fast/fast_path.ts}. */
export interface BlockLayout {
  /** For each binding of the kernel, its index among those of the run, or −1. */
  readonly bindings: readonly number[];
  readonly uniforms: readonly { readonly field: string; readonly isFloat: boolean }[];
  /** The place of each structural value among those that its parameter may take. */
  readonly structural: readonly number[];
}

const layouts = new WeakMap<Signature, BlockLayout>();

/** The layout for a run. */
export function layoutOf({ kernel, signature, structural }: RunCommand): BlockLayout {
  let layout = layouts.get(signature);
  if (layout === undefined) {
    layout = {
      bindings: Object.keys(kernel.bindings).map((name) => signature.names.indexOf(name)),
      uniforms: Object.entries(kernel.uniforms).map(([field, type]) => ({
        field,
        isFloat: type === "f32",
      })),
      structural: Object.entries(kernel.structural).map(([name, values]) =>
        values.indexOf(structural[name])
      ),
    };
    layouts.set(signature, layout);
  }
  return layout;
}
