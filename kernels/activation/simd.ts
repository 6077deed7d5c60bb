/**
 * Activation functions and their derivatives on four floats; see {@link ./activation.ts}.
 *
 * @module
 */
import type { ActivationName } from "./activation.ts";
import { type Code, f32x4, type Local, v128 } from "../simd/code.ts";
import type { FunctionBuilder } from "../simd/module_builder.ts";
import type { Macro, MultiplyAdd } from "../simd/macro.ts";

/** The value and the derivative of every activation. */
export type Activations = Readonly<
  Record<ActivationName, { readonly value: Macro; readonly slope: Macro }>
>;

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** Coefficients of (tanh(x) / x − 1) / x² for |x| < 0.625, highest power of x² first (Cephes, tanhf.c). */
const SMALL_TANH = [
  -5.70498872745e-3,
  2.06390887954e-2,
  -5.37397155531e-2,
  1.33314422036e-1,
  -3.33332819422e-1,
];

/** Chebyshev fit of log(erfc(x) exp(x²) / t) in t = 1 / (1 + x / 2), highest power first, with a relative error of 1.2e-7 (Numerical Recipes, erfcc). */
const ERFC = [
  0.17087277,
  -0.82215223,
  1.48851587,
  -1.13520398,
  0.27886807,
  -0.18628806,
  0.09678418,
  0.37409196,
  1.00002368,
  -1.26551223,
];

/** Creates the activations. */
export function activations(exp: Macro, multiplyAdd: MultiplyAdd): Activations {
  const polynomial = (coefficients: readonly number[], x: Code): Code =>
    coefficients.slice(1).reduce<Code>(
      (sum, coefficient) => multiplyAdd(sum, x, f32x4.constant(coefficient)),
      f32x4.constant(coefficients[0]),
    );

  const tanh: Macro = (f, argument) => {
    const x = f.local("v128", argument);
    const size = f.local("v128", f32x4.abs(x));
    const square = f.local("v128", f32x4.mul(x, x));
    const small = f.local(
      "v128",
      multiplyAdd(f32x4.mul(x, square), polynomial(SMALL_TANH, square), x),
    );
    // 1 − 2 / (exp(2|x|) + 1), with the sign of x.
    const large = f.local(
      "v128",
      f32x4.sub(1, f32x4.div(2, f32x4.add(exp(f, f32x4.add(size, size)), 1))),
    );
    f.set(large, v128.or(large, v128.and(x, 0x8000_0000)));
    return v128.select(small, large, f32x4.lt(size, 0.625));
  };

  /** Φ(x), the cumulative normal distribution, with a small relative error on both sides. */
  const normal: Macro = (f, argument) => {
    const x = f.local("v128", argument);
    const size = f.local("v128", f32x4.mul(f32x4.abs(x), Math.SQRT1_2));
    const t = f.local(
      "v128",
      f32x4.div(1, multiplyAdd(size, f32x4.constant(0.5), f32x4.constant(1))),
    );
    const power = f32x4.sub(polynomial(ERFC, t), f32x4.mul(f32x4.mul(x, x), 0.5));
    const tail = f.local("v128", f32x4.mul(f32x4.mul(t, 0.5), exp(f, power)));
    return v128.select(tail, f32x4.sub(1, tail), f32x4.lt(x, 0));
  };

  /** exp(−2·√(2/π)·(x + 0.044715·x³)) = e: the tanh form of GELU is x / (1 + e). */
  const decay = (f: FunctionBuilder, x: Local): Code => {
    const growth = multiplyAdd(f32x4.mul(x, x), f32x4.constant(CUBIC), f32x4.constant(1));
    return exp(f, f32x4.mul(f32x4.mul(x, -2 * SQRT_2_OVER_PI), growth));
  };

  return {
    gelu: {
      value: (f, argument) => {
        const x = f.local("v128", argument);
        return f32x4.mul(x, normal(f, x));
      },
      slope: (f, argument) => {
        const x = f.local("v128", argument);
        const density = exp(f, f32x4.mul(f32x4.mul(x, x), -0.5));
        return multiplyAdd(f32x4.mul(x, 1 / Math.sqrt(2 * Math.PI)), density, normal(f, x));
      },
    },
    gelu_new: {
      value: (f, argument) => {
        const x = f.local("v128", argument);
        return f32x4.mul(x, f32x4.div(1, f32x4.add(1, decay(f, x))));
      },
      slope: (f, argument) => {
        const x = f.local("v128", argument);
        // Bounded, so that e·s (1 − s without cancellation) is not ∞·0.
        const e = f.local("v128", f32x4.pseudoMin(decay(f, x), 1e30));
        const s = f.local("v128", f32x4.div(1, f32x4.add(1, e)));
        const innerSlope = multiplyAdd(
          f32x4.mul(x, x),
          f32x4.constant(6 * SQRT_2_OVER_PI * CUBIC),
          f32x4.constant(2 * SQRT_2_OVER_PI),
        );
        const change = multiplyAdd(f32x4.mul(x, innerSlope), f32x4.mul(e, s), f32x4.constant(1));
        return f32x4.mul(s, change);
      },
    },
    relu: {
      // NaN is not less than 0, so it is kept.
      value: (f, argument) => {
        const x = f.local("v128", argument);
        return v128.select(f32x4.constant(0), x, f32x4.lt(x, 0));
      },
      slope: (f, argument) => {
        const x = f.local("v128", argument);
        const notPositive = v128.select(x, f32x4.constant(0), f32x4.ne(x, x));
        return v128.select(f32x4.constant(1), notPositive, f32x4.gt(x, 0));
      },
    },
    tanh: {
      value: tanh,
      // 4·e / (1 + e)² with e = exp(−2|x|), which stays accurate where 1 − tanh² cancels.
      slope: (f, argument) => {
        const size = f.local("v128", f32x4.abs(argument));
        const e = f.local("v128", exp(f, f32x4.mul(size, -2)));
        const sum = f.local("v128", f32x4.add(e, 1));
        return f32x4.div(f32x4.mul(e, 4), f32x4.mul(sum, sum));
      },
    },
  };
}
