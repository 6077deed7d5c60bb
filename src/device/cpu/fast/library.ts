/**
 * Functions that several fast paths call.
 *
 * @module
 */
import type { Code } from "../wasm/code.ts";
import type { FunctionReference, ModuleBuilder } from "../wasm/module_builder.ts";
import { type Activations, addActivations } from "./activations.ts";
import { addExponential } from "./exponential.ts";
import { addDropoutMask } from "./dropout_mask.ts";
import { addLogarithm } from "./logarithm.ts";
import type { MultiplyAdd } from "./pack.ts";

/** What every fast path may use. */
export interface Library {
  readonly multiplyAdd: MultiplyAdd;
  /** `exp` of four numbers. */
  readonly exp: (x: Code) => Code;
  /** `log` of four normal positive numbers. */
  readonly log: (x: Code) => Code;
  readonly activations: Activations;
  /** See {@link ./dropout_mask.ts}. */
  readonly dropoutMask: FunctionReference;
}

/** Adds the library to a module. */
export function addLibrary(module: ModuleBuilder, multiplyAdd: MultiplyAdd): Library {
  const exp = addExponential(module);
  return {
    multiplyAdd,
    exp,
    log: addLogarithm(module),
    activations: addActivations(module, exp),
    dropoutMask: addDropoutMask(module),
  };
}
