/**
 * The exponential function of four floats.
 *
 * @module
 */
import { type Code, f32x4, i32x4 } from "./code.ts";
import type { Macro, MultiplyAdd } from "./macro.ts";

// ln 2 in two parts: the first has so few bits that n·LN2_HIGH is exact.
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440e-4;

/** Coefficients of (exp(r) − 1 − r) / r² on |r| ≤ ln 2 / 2, highest power first (Cephes, expf.c). */
const POLYNOMIAL = [
  1.9875691500e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
];

/** `exp` of four numbers: at most 1e-7 from the truth relatively; 0 below −104, Infinity above 88.73, NaN of NaN. */
export function exponential(multiplyAdd: MultiplyAdd): Macro {
  return (f, argument) => {
    // min and max hand NaN on.
    const x = f.local("v128", f32x4.min(f32x4.max(argument, -105), 90));
    const n = f.local("v128", f32x4.nearest(f32x4.mul(x, Math.LOG2E)));
    f.set(x, multiplyAdd(n, f32x4.constant(-LN2_HIGH), x));
    f.set(x, multiplyAdd(n, f32x4.constant(-LN2_LOW), x));
    const square = f.local("v128", f32x4.mul(x, x));
    // Estrin's scheme: pairs first, so that the processor need not wait for one sum after another.
    const [a, b, c] = [0, 2, 4].map((k) =>
      multiplyAdd(f32x4.constant(POLYNOMIAL[k]), x, f32x4.constant(POLYNOMIAL[k + 1]))
    );
    const sum = f.local("v128", multiplyAdd(multiplyAdd(a, square, b), square, c));
    f.set(sum, multiplyAdd(sum, square, f32x4.add(x, 1)));
    // 2^n as a product of two powers, so that neither the largest nor the denormal results overflow on the way.
    f.set(n, i32x4.fromF32x4(n));
    const half = f.local("v128", i32x4.shrS(n, 1));
    const scale = (exponent: Code) => i32x4.shl(i32x4.add(exponent, 127), 23);
    const result = f.local(
      "v128",
      f32x4.mul(f32x4.mul(sum, scale(half)), scale(i32x4.sub(n, half))),
    );
    f.release("v128", x, n, square, sum, half);
    return result;
  };
}
