/**
 * Functions of four floats that are inlined where they are used, because a call would cost as much as their body.
 *
 * @module
 */
import { type Code, f32x4 } from "./code.ts";
import type { FunctionBuilder } from "./module_builder.ts";

/** Appends the statements that compute a function of `x` to `f`, and returns the expression of its value. */
export type Macro = (f: FunctionBuilder, x: Code) => Code;

/** `a·b + c`, with one rounding if the processor fuses it, else with two. */
export type MultiplyAdd = (a: Code, b: Code, c: Code) => Code;

/** A multiplication followed by an addition, for engines without relaxed SIMD. */
export const plainMultiplyAdd: MultiplyAdd = (a, b, c) => f32x4.add(c, f32x4.mul(a, b));
