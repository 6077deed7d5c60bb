/**
 * Activation functions and their slopes on four floats; see kernels/activation for what they are.
 *
 * @module
 */
import type { ActivationName } from "../../../../kernels/mod.ts";
import { type Code, f32x4, v128 } from "../wasm/code.ts";
import type { FunctionReference, ModuleBuilder } from "../wasm/module_builder.ts";

/** Value and slope of every activation. */
export type Activations = Readonly<
  Record<ActivationName, { readonly value: FunctionReference; readonly slope: FunctionReference }>
>;

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** tanh(x) / x − 1 over x² for |x| < 0.625, highest power of x² first (Cephes, tanhf.c). */
const SMALL_TANH = [
  -5.70498872745e-3,
  2.06390887954e-2,
  -5.37397155531e-2,
  1.33314422036e-1,
  -3.33332819422e-1,
];

/** Chebyshev fit of log(erfc(x) exp(x²) / t) in t = 1 / (1 + x / 2), highest power first (Numerical Recipes, erfcc): 1.2e-7 relative. */
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

function polynomial(coefficients: readonly number[], x: Code): Code {
  return coefficients.slice(1).reduce<Code>(
    (sum, coefficient) => f32x4.add(f32x4.mul(sum, x), coefficient),
    f32x4.constant(coefficients[0]),
  );
}

/** Adds the functions to a module that has `exp`. */
export function addActivations(module: ModuleBuilder, exp: FunctionReference): Activations {
  const unary = (body: Parameters<ModuleBuilder["function"]>[2]) =>
    module.function(["v128"], "v128", body);

  const tanh = unary((f) => {
    const [x] = f.parameters;
    const size = f.local("v128", f32x4.abs(x));
    const square = f.local("v128", f32x4.mul(x, x));
    const small = f.local(
      "v128",
      f32x4.add(x, f32x4.mul(f32x4.mul(x, square), polynomial(SMALL_TANH, square))),
    );
    // 1 − 2 / (exp(2|x|) + 1), with the sign of x.
    const large = f.local(
      "v128",
      f32x4.sub(1, f32x4.div(2, f32x4.add(exp(f32x4.add(size, size)), 1))),
    );
    f.set(large, v128.or(large, v128.and(x, 0x8000_0000)));
    return v128.select(small, large, f32x4.lt(size, 0.625));
  });

  /** Φ(x), the normal distribution, with a small relative error on both sides. */
  const normal = unary((f) => {
    const [x] = f.parameters;
    const size = f.local("v128", f32x4.abs(x));
    f.set(size, f32x4.mul(size, Math.SQRT1_2));
    const t = f.local("v128", f32x4.div(1, f32x4.add(1, f32x4.mul(size, 0.5))));
    const tail = f.local(
      "v128",
      f32x4.mul(
        f32x4.mul(t, 0.5),
        exp(f32x4.sub(polynomial(ERFC, t), f32x4.mul(f32x4.mul(x, x), 0.5))),
      ),
    );
    return v128.select(tail, f32x4.sub(1, tail), f32x4.lt(x, 0));
  });

  const logistic = (x: Code): Code => f32x4.div(1, f32x4.add(1, exp(f32x4.neg(x))));

  /** 2·√(2/π)·(x + 0.044715·x³): the tanh form of GELU is x·logistic of this. */
  const doubledInner = (x: Code): Code =>
    f32x4.mul(
      f32x4.mul(x, 2 * SQRT_2_OVER_PI),
      f32x4.add(1, f32x4.mul(f32x4.mul(x, x), CUBIC)),
    );

  return {
    gelu: {
      value: unary(({ parameters: [x] }) => f32x4.mul(x, normal(x))),
      slope: unary(({ parameters: [x] }) =>
        f32x4.add(
          normal(x),
          f32x4.mul(
            f32x4.mul(x, 1 / Math.sqrt(2 * Math.PI)),
            exp(f32x4.mul(f32x4.mul(x, x), -0.5)),
          ),
        )
      ),
    },
    gelu_new: {
      value: unary(({ parameters: [x] }) => f32x4.mul(x, logistic(doubledInner(x)))),
      slope: unary((f) => {
        const [x] = f.parameters;
        const s = f.local("v128", logistic(doubledInner(x)));
        const innerSlope = f32x4.add(
          2 * SQRT_2_OVER_PI,
          f32x4.mul(f32x4.mul(x, x), 6 * SQRT_2_OVER_PI * CUBIC),
        );
        return f32x4.mul(
          s,
          f32x4.add(1, f32x4.mul(f32x4.mul(x, innerSlope), f32x4.sub(1, s))),
        );
      }),
    },
    relu: {
      // NaN is not below 0 and stays.
      value: unary(({ parameters: [x] }) => v128.select(f32x4.constant(0), x, f32x4.lt(x, 0))),
      slope: unary(({ parameters: [x] }) =>
        v128.select(
          f32x4.constant(1),
          v128.select(x, f32x4.constant(0), f32x4.ne(x, x)),
          f32x4.gt(x, 0),
        )
      ),
    },
    tanh: {
      value: tanh,
      slope: unary((f) => {
        const [x] = f.parameters;
        const t = f.local("v128", tanh(x));
        return f32x4.sub(1, f32x4.mul(t, t));
      }),
    },
  };
}
