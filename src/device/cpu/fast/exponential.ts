/**
 * The exponential function of four floats.
 *
 * @module
 */
import { f32x4, i32x4 } from "../wasm/code.ts";
import type { FunctionReference, ModuleBuilder } from "../wasm/module_builder.ts";

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

/** Adds `exp`: at most 1e-7 from the truth relatively; 0 below −104, Infinity above 88.73, NaN of NaN. */
export function addExponential(module: ModuleBuilder): FunctionReference {
  return module.function(["v128"], "v128", (f) => {
    const [x] = f.parameters;
    // min and max hand NaN on.
    f.set(x, f32x4.min(f32x4.max(x, -105), 90));
    const n = f.local("v128", f32x4.nearest(f32x4.mul(x, Math.LOG2E)));
    const r = f.local(
      "v128",
      f32x4.sub(f32x4.sub(x, f32x4.mul(n, LN2_HIGH)), f32x4.mul(n, LN2_LOW)),
    );
    const sum = f.local("v128", f32x4.constant(POLYNOMIAL[0]));
    for (const coefficient of POLYNOMIAL.slice(1)) {
      f.set(sum, f32x4.add(f32x4.mul(sum, r), coefficient));
    }
    f.set(sum, f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), sum), r), 1));
    // 2^n as a product of two powers, so that neither the largest nor the denormal results overflow on the way.
    const power = f.local("v128", i32x4.fromF32x4(n));
    const half = f.local("v128", i32x4.shrS(power, 1));
    f.set(power, i32x4.sub(power, half));
    const scale = (exponent: typeof half) => i32x4.shl(i32x4.add(exponent, 127), 23);
    return f32x4.mul(f32x4.mul(sum, scale(half)), scale(power));
  });
}
