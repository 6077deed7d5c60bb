/**
 * Student's t distribution: how far a mean of few runs may lie from the truth.
 *
 * @module
 */

/** Halvings after which an interval of doubles is as short as it gets. */
const HALVINGS = 200;
/** Where the continued fraction has converged. */
const PRECISION = 1e-15;
const MOST_TERMS = 10_000;

/** P(T ≤ t) for `degrees` of freedom, which need not be whole. */
export function studentT(t: number, degrees: number): number {
  const square = t * t, all = degrees + square;
  // Near the middle the tail is close to a half, and what it lacks keeps its digits.
  const tail = square < degrees
    ? 0.5 - incompleteBeta(square / all, 0.5, degrees / 2) / 2
    : incompleteBeta(degrees / all, degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t with P(T ≤ t) = `probability`.
 *
 * @param probability between 0 and 1, both left out
 * @param degrees of freedom, above 0
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`A quantile needs a probability between 0 and 1, not ${probability}`);
  }
  if (!(degrees > 0)) throw new RangeError(`Student's t needs degrees of freedom, not ${degrees}`);
  // The upper tail would lose digits to 1 − p.
  if (probability > 0.5) return -studentTQuantile(1 - probability, degrees);
  let low = -1, high = 0;
  while (studentT(low, degrees) > probability) low *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (studentT(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularized incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 26.5.8, evaluated as Lentz does). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it the mirrored one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  ) / a;
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    let step = 1;
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      step *= c * d;
    }
    value *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return front * value;
}

/** Lanczos' approximation with g = 7 and 9 terms. */
const LANCZOS = [
  ...[0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313],
  ...[-176.61502916214059, 12.507343278686905, -0.13857109526572012],
  ...[9.9843695780195716e-6, 1.5056327351493116e-7],
];

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = LANCZOS.reduce(
    (total, term, i) => total + (i === 0 ? term : term / (shifted + i)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}
