/**
 * Functions that several fast paths use.
 *
 * @module
 */
import type { FunctionReference, ModuleBuilder } from "./module_builder.ts";
import { type Activations, activations } from "../activation/simd.ts";
import { addDropoutMask } from "../philox/simd.ts";
import { exponential } from "./exponential.ts";
import { logarithm } from "./logarithm.ts";
import type { Macro, MultiplyAdd } from "./macro.ts";
import { addTileProduct, type MultiplyTile } from "../matmul/simd_tile.ts";

/** What every fast path may use. */
export interface Library {
  readonly multiplyAdd: MultiplyAdd;
  readonly exp: Macro;
  readonly log: Macro;
  readonly activations: Activations;
  /** See {@link ./dropout_mask.ts}. */
  readonly dropoutMask: FunctionReference;
  /** See {@link ./tile_product.ts}. */
  readonly multiplyTile: MultiplyTile;
}

/** Puts the library together, and what of it are functions into a module. */
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
