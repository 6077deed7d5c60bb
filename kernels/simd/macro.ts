/**
 * Functions of four floats that are written out where they are used: a call would cost as much as they do.
 *
 * @module
 */
import { type Code, f32x4 } from "./code.ts";
import type { FunctionBuilder } from "./module_builder.ts";

/** Writes statements that compute a function of `x`, and gives its value. */
export type Macro = (f: FunctionBuilder, x: Code) => Code;

/** `a·b + c`, fused where the processor can and the module may. */
export type MultiplyAdd = (a: Code, b: Code, c: Code) => Code;

/** The multiplication and addition that every engine has. */
export const plainMultiplyAdd: MultiplyAdd = (a, b, c) => f32x4.add(c, f32x4.mul(a, b));
