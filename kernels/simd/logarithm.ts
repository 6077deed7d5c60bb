/**
 * The natural logarithm of four floats.
 *
 * @module
 */
import { f32x4, i32x4, v128 } from "./code.ts";
import type { Macro } from "./macro.ts";

const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.12194440e-4;

/** Coefficients of (log(1 + x) − x + x²/2) / x³ on √½ ≤ 1 + x ≤ √2, highest power first (Cephes, logf.c). */
const POLYNOMIAL = [
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

/** `log` of four normal positive numbers; NaN of NaN and of Infinity. */
export const logarithm: Macro = (f, argument) => {
  const value = f.local("v128", argument);
  // value = m·2^e with ½ ≤ m < 1
  const exponent = f.local("v128", i32x4.sub(i32x4.shrU(value, 23), 126));
  const m = f.local("v128", v128.or(v128.and(value, 0x007f_ffff), 0x3f00_0000));
  const small = f.local("v128", f32x4.lt(m, Math.SQRT1_2));
  const e = f.local("v128", f32x4.fromI32x4(i32x4.add(exponent, small)));
  const x = f.local("v128", f32x4.add(f32x4.sub(m, 1), v128.and(m, small)));
  const square = f.local("v128", f32x4.mul(x, x));
  const sum = f.local("v128", f32x4.constant(POLYNOMIAL[0]));
  for (const coefficient of POLYNOMIAL.slice(1)) {
    f.set(sum, f32x4.add(f32x4.mul(sum, x), coefficient));
  }
  f.set(sum, f32x4.mul(f32x4.mul(sum, x), square));
  f.set(sum, f32x4.add(sum, f32x4.mul(e, LN2_LOW)));
  f.set(sum, f32x4.sub(sum, f32x4.mul(square, 0.5)));
  const result = f32x4.add(f32x4.add(x, sum), f32x4.mul(e, LN2_HIGH));
  // value − value is 0, or NaN for what the bits above do not understand.
  return f32x4.add(result, f32x4.sub(value, value));
};
