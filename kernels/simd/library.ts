/**
 * Functions that several SIMD kernels share.
 *
 * @module
 */
import type { FunctionReference, ModuleBuilder } from "./module_builder.ts";
import { type Activations, activations } from "../activation/simd.ts";
import { addDropoutMask } from "../philox/simd.ts";
import { exponential, logarithm } from "./elementary.ts";
import type { Macro, MultiplyAdd } from "./macro.ts";
import { addTileProduct, type MultiplyTile } from "../matmul/simd_tile.ts";

/** Functions that every SIMD kernel may use. */
export interface Library {
  readonly multiplyAdd: MultiplyAdd;
  readonly exp: Macro;
  readonly log: Macro;
  readonly activations: Activations;
  /** Draws a dropout mask; see {@linkcode addDropoutMask}. */
  readonly dropoutMask: FunctionReference;
  /** Multiplies two matrices on one thread; see {@linkcode addTileProduct}. */
  readonly multiplyTile: MultiplyTile;
}

/** Creates the library. Its functions that are not inlined are added to `module`. */
export function makeLibrary(module: ModuleBuilder, multiplyAdd: MultiplyAdd): Library {
  const exp = exponential(multiplyAdd);
  return {
    multiplyAdd,
    exp,
    log: logarithm,
    activations: activations(exp, multiplyAdd),
    dropoutMask: addDropoutMask(module),
    multiplyTile: addTileProduct(module, multiplyAdd),
  };
}
