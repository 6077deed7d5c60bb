/**
 * The exponential function and the natural logarithm of four floats (polynomials of Cephes, `expf.c` and `logf.c`).
 *
 * @module
 */
import { type Code, f32x4, i32x4, v128 } from "./code.ts";
import type { Macro, MultiplyAdd } from "./macro.ts";

/** ln 2 as a sum. The first part has so few significant bits that its product with an integer exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440e-4;

/** 1.5·2²³, whose sum with a small number is that number rounded to an integer, and its bits. */
const INTEGER = 12_582_912;
const INTEGER_BITS = 0x4b40_0000;

/** Coefficients of (exp(r) − 1 − r) / r² on |r| ≤ ln 2 / 2, highest power first. */
const EXP = [
  1.9875691500e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
];

/** Coefficients of (log(1 + x) − x + x²/2) / x³ on √½ ≤ 1 + x ≤ √2, highest power first. */
const LOG = [
  7.0376836292e-2,
  -1.1514610310e-1,
  1.1676998740e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
];

/** `exp` of four floats, with a relative error of at most 1.2e-7. Underflows to 0 below −104, overflows to Infinity above 88.73, keeps NaN. */
export function exponential(multiplyAdd: MultiplyAdd): Macro {
  return (f, argument) => {
    // In this order of the operands, NaN is kept.
    const x = f.local("v128", f32x4.pseudoMin(f32x4.pseudoMax(argument, -105), 90));
    // The last bits of the sum are the nearest integer: faster than rounding and converting it. NaN stays NaN.
    const shifted = f.local("v128", f32x4.add(f32x4.mul(x, Math.LOG2E), INTEGER));
    const n = f.local("v128", f32x4.sub(shifted, INTEGER));
    f.set(x, multiplyAdd(n, f32x4.constant(-LN2_HIGH), x));
    f.set(x, multiplyAdd(n, f32x4.constant(-LN2_LOW), x));
    const square = f.local("v128", f32x4.mul(x, x));
    // Estrin's scheme: the pairs do not depend on each other, so the processor can compute them in parallel.
    const [a, b, c] = [0, 2, 4].map((k) =>
      multiplyAdd(f32x4.constant(EXP[k]), x, f32x4.constant(EXP[k + 1]))
    );
    const sum = f.local("v128", multiplyAdd(multiplyAdd(a, square, b), square, c));
    f.set(sum, multiplyAdd(sum, square, f32x4.add(x, 1)));
    // 2^n as a product of two powers, so that intermediate results neither overflow nor underflow before the final one does.
    f.set(n, i32x4.sub(shifted, INTEGER_BITS));
    const half = f.local("v128", i32x4.shrS(n, 1));
    const scale = (exponent: Code) => i32x4.shl(i32x4.add(exponent, 127), 23);
    const result = f.local(
      "v128",
      f32x4.mul(f32x4.mul(sum, scale(half)), scale(i32x4.sub(n, half))),
    );
    f.release("v128", x, shifted, n, square, sum, half);
    return result;
  };
}

/** `log` of four positive normal floats. NaN and Infinity give NaN. */
export const logarithm: Macro = (f, argument) => {
  const value = f.local("v128", argument);
  // value = m·2^e with ½ ≤ m < 1
  const exponent = f.local("v128", i32x4.sub(i32x4.shrU(value, 23), 126));
  const m = f.local("v128", v128.or(v128.and(value, 0x007f_ffff), 0x3f00_0000));
  const small = f.local("v128", f32x4.lt(m, Math.SQRT1_2));
  const e = f.local("v128", f32x4.fromI32x4(i32x4.add(exponent, small)));
  const x = f.local("v128", f32x4.add(f32x4.sub(m, 1), v128.and(m, small)));
  const square = f.local("v128", f32x4.mul(x, x));
  const sum = f.local("v128", f32x4.constant(LOG[0]));
  for (const coefficient of LOG.slice(1)) {
    f.set(sum, f32x4.add(f32x4.mul(sum, x), coefficient));
  }
  f.set(sum, f32x4.mul(f32x4.mul(sum, x), square));
  f.set(sum, f32x4.add(sum, f32x4.mul(e, LN2_LOW)));
  f.set(sum, f32x4.sub(sum, f32x4.mul(square, 0.5)));
  const result = f32x4.add(f32x4.add(x, sum), f32x4.mul(e, LN2_HIGH));
  // value − value is 0 for finite arguments and NaN for NaN and Infinity, whose bits the code above misreads.
  return f32x4.add(result, f32x4.sub(value, value));
};
