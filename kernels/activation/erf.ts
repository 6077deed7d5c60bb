/**
 * The error function in double precision: W. J. Cody, "Rational Chebyshev approximations for the error function" (Mathematics of Computation 23, 1969).
 *
 * @module
 */

// Numerators and denominators, highest power first.
const SMALL_P = [
  1.85777706184603153e-1,
  3.16112374387056560e0,
  1.13864154151050156e2,
  3.77485237685302021e2,
  3.20937758913846947e3,
];
const SMALL_Q = [
  1,
  2.36012909523441209e1,
  2.44024637934444173e2,
  1.28261652607737228e3,
  2.84423683343917062e3,
];
const MIDDLE_P = [
  2.15311535474403846e-8,
  5.64188496988670089e-1,
  8.88314979438837594e0,
  6.61191906371416295e1,
  2.98635138197400131e2,
  8.81952221241769090e2,
  1.71204761263407058e3,
  2.05107837782607147e3,
  1.23033935479799725e3,
];
const MIDDLE_Q = [
  1,
  1.57449261107098347e1,
  1.17693950891312499e2,
  5.37181101862009858e2,
  1.62138957456669019e3,
  3.29079923573345963e3,
  4.36261909014324716e3,
  3.43936767414372164e3,
  1.23033935480374942e3,
];
const LARGE_P = [
  1.63153871373020978e-2,
  3.05326634961232344e-1,
  3.60344899949804439e-1,
  1.25781726111229246e-1,
  1.60837851487422766e-2,
  6.58749161529837803e-4,
];
const LARGE_Q = [
  1,
  2.56852019228982242e0,
  1.87295284992346725e0,
  5.27905102951428412e-1,
  6.05183413124413191e-2,
  2.33520497626869185e-3,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** `1 − erf(x)`, with full relative precision for large `x`. */
export function erfc(x: number): number {
  const size = Math.abs(x);
  if (!(size > 0.46875)) return 1 - erf(x);
  let tail: number;
  if (size <= 4) tail = polynomial(MIDDLE_P, size) / polynomial(MIDDLE_Q, size);
  else {
    const inverse = 1 / (size * size);
    const ratio = polynomial(LARGE_P, inverse) / polynomial(LARGE_Q, inverse);
    tail = (1 / Math.sqrt(Math.PI) - inverse * ratio) / size;
  }
  // exp(-x²), corrected for the rounding of x².
  const head = Math.trunc(size * 16) / 16;
  const factor = Math.exp(-head * head) * Math.exp(-(size - head) * (size + head));
  const result = size === Infinity ? 0 : tail * factor;
  return x < 0 ? 2 - result : result;
}

/** The error function. */
export function erf(x: number): number {
  if (Math.abs(x) > 0.46875) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  const square = x * x;
  return x * polynomial(SMALL_P, square) / polynomial(SMALL_Q, square);
}
