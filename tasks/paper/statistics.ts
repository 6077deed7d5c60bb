/**
 * Means, standard deviations and confidence intervals over runs that differ only in the seed.
 *
 * @module
 */

/** A closed interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A mean, or a difference of means, over runs that differ only in the seed. */
export interface Estimate {
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for a single run and for a difference of unpaired means. */
  readonly spread: number | null;
  /** Number of runs, or of pairs of runs. */
  readonly count: number;
  /** The 95% confidence interval of the mean; null for a single run. */
  readonly interval: Interval | null;
  /** Standard error of the mean and its degrees of freedom; null for a single run. */
  readonly error: StandardError | null;
}

/** The standard error of a mean. */
export interface StandardError {
  readonly size: number;
  /** Degrees of freedom of Student's t. */
  readonly degrees: number;
}

/** Probability that an interval does not contain the true value. */
export const ALPHA = 0.05;

/** The arithmetic mean; NaN of an empty list. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample standard deviation (n − 1); null for fewer than two values. */
export function sampleSpread(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
}

/** The median; NaN of an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Mean, standard deviation and 95% interval of independent runs: x̄ ± t(n − 1) · s / √n.
 *
 * @param values one per run
 * @throws {RangeError} If `values` is empty.
 */
export function estimateMean(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError("Cannot estimate the mean of no runs");
  const spread = sampleSpread(values);
  const error = spread === null
    ? null
    : { size: spread / Math.sqrt(values.length), degrees: values.length - 1 };
  return estimateOf(mean(values), spread, values.length, error);
}

/**
 * Difference of the means a − b of independent runs, with Welch's interval (unequal variances).
 *
 * @throws {RangeError} If a list is empty.
 */
export function welchDifference(a: readonly number[], b: readonly number[]): Estimate {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError("Cannot estimate the mean of no runs");
  }
  const difference = mean(a) - mean(b);
  const spreads = [sampleSpread(a), sampleSpread(b)];
  const count = a.length + b.length;
  if (spreads[0] === null || spreads[1] === null) {
    return estimateOf(difference, null, count, null);
  }
  const errorA = spreads[0] ** 2 / a.length, errorB = spreads[1] ** 2 / b.length;
  const error = errorA + errorB;
  // The Welch–Satterthwaite equation; it is undefined without variance, where any number of degrees gives the same interval.
  const degrees = error === 0
    ? count - 2
    : error ** 2 / (errorA ** 2 / (a.length - 1) + errorB ** 2 / (b.length - 1));
  return estimateOf(difference, null, count, { size: Math.sqrt(error), degrees });
}

function estimateOf(
  mean: number,
  spread: number | null,
  count: number,
  error: StandardError | null,
): Estimate {
  return { mean, spread, count, interval: intervalAt({ mean, error }, ALPHA), error };
}

/** The interval that contains the true mean with probability 1 − `alpha`; null for a single run. */
export function intervalAt(
  { mean, error }: Pick<Estimate, "mean" | "error">,
  alpha: number,
): Interval | null {
  if (error === null) return null;
  const reach = studentTQuantile(1 - alpha / 2, error.degrees) * error.size;
  return { low: mean - reach, high: mean + reach };
}

/** Two-sided p-value of the hypothesis that the true mean is `threshold`; 1 for a single run and for runs without variance. */
export function pValue(
  { mean, error }: Pick<Estimate, "mean" | "error">,
  threshold: number,
): number {
  if (error === null || error.size === 0) return 1;
  return 2 * studentT(-Math.abs(mean - threshold) / error.size, error.degrees);
}

/**
 * Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979): the probability of any wrong rejection among all hypotheses is at most `alpha`.
 *
 * @param pValues one per hypothesis; 1 for hypotheses without data, which also count
 * @returns for each hypothesis whether it is rejected, and the level at which it was compared. Hypotheses that are not rejected have the level of
 *   the step at which the procedure stopped. An interval at this level excludes the hypothesis if and only if it is rejected.
 */
export function holm(
  pValues: readonly number[],
  alpha = ALPHA,
): { readonly rejected: boolean; readonly level: number }[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a] - pValues[b]);
  const results = new Array<{ rejected: boolean; level: number }>(pValues.length);
  let stopped: number | null = null;
  for (const [step, index] of order.entries()) {
    const level: number = stopped ?? alpha / (pValues.length - step);
    if (stopped === null && pValues[index] >= level) stopped = level;
    results[index] = { rejected: stopped === null, level };
  }
  return results;
}

/** The input of {@linkcode seedsForPower}. */
export interface PowerRequest {
  /** The smallest difference from the threshold that should be found, in the unit of `spread`. */
  readonly effect: number;
  /** Sample standard deviation over seeds of the statistic, from a pilot: of paired differences if runs are paired. */
  readonly spread: number;
  /** Level of the two-sided test: {@linkcode ALPHA} divided by the number of claims, which is the first step of {@linkcode holm}. */
  readonly level: number;
  /** Probability of finding the effect; 0.8 by default. */
  readonly power?: number;
}

/** Fewest seeds of a verdict. */
export const MIN_SEEDS = 3;
const POWER = 0.8;
/** More seeds than anyone runs. */
const MAX_SEEDS = 10_000;

/**
 * The smallest number of seeds, at least 3, with which a two-sided t-test finds an effect with a probability of `power`.
 *
 * @throws {RangeError} If an argument is out of range, or if more than 10,000 seeds are required.
 */
export function seedsForPower({ effect, spread, level, power = POWER }: PowerRequest): number {
  if (!(effect > 0)) throw new RangeError(`effect must be above 0, got ${effect}`);
  if (!(spread >= 0)) throw new RangeError(`spread must be at least 0, got ${spread}`);
  const suffice = (seeds: number) => powerOf(effect / spread, seeds, level) >= power;
  if (suffice(MIN_SEEDS)) return MIN_SEEDS;
  if (!suffice(MAX_SEEDS)) {
    throw new RangeError(
      `an effect of ${effect} with a spread of ${spread} requires more than ${MAX_SEEDS} seeds`,
    );
  }
  let few = MIN_SEEDS, enough = MAX_SEEDS;
  while (enough - few > 1) {
    const middle = (few + enough) >> 1;
    if (suffice(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}

/** The smallest difference from the threshold that a two-sided t-test over `seeds` runs finds with a probability of `power`, in the unit of `spread`. */
export function detectableEffect(
  { seeds, spread, level, power = POWER }: Omit<PowerRequest, "effect"> & {
    readonly seeds: number;
  },
): number {
  let low = 0, high = 1;
  while (powerOf(high, seeds, level) < power) high *= 2;
  for (let i = 0; i < EFFECT_BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (powerOf(middle, seeds, level) < power) low = middle;
    else high = middle;
  }
  return high * spread;
}

/** Bisections after which an effect has more digits than are shown. */
const EFFECT_BISECTIONS = 40;
/** Standard deviations beyond which the tail of a normal distribution does not count. */
const FAR = 6;

/** The probability that a two-sided t-test over `seeds` runs finds an effect of `size` standard deviations. */
function powerOf(size: number, seeds: number, level: number): number {
  const degrees = seeds - 1, quantile = studentTQuantile(1 - level / 2, degrees);
  const shift = size * Math.sqrt(seeds);
  if (shift > FAR * (1 + quantile)) return 1;
  // The square of a noncentral t is a mixture of beta distributions with Poisson weights.
  const rate = shift ** 2 / 2, share = quantile ** 2 / (quantile ** 2 + degrees);
  const reach = 2 * FAR * (Math.sqrt(rate) + 1);
  let missed = 0;
  for (let i = Math.max(0, Math.floor(rate - reach)); i <= rate + reach; i++) {
    const weight = Math.exp(i * Math.log(rate) - rate - logGamma(i + 1));
    missed += weight * incompleteBeta(share, 0.5 + i, degrees / 2);
  }
  return 1 - missed;
}

/** The cumulative distribution function P(T ≤ t) of Student's t with `degrees` of freedom, which need not be an integer. */
export function studentT(t: number, degrees: number): number {
  const square = t * t, all = degrees + square;
  // Near the center the tail is close to 1/2; its complement keeps more digits.
  const tail = square < degrees
    ? 0.5 - incompleteBeta(square / all, 0.5, degrees / 2) / 2
    : incompleteBeta(degrees / all, degrees / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** Bisections after which an interval of doubles cannot shrink further. */
const BISECTIONS = 200;

/**
 * The t with P(T ≤ t) = `probability`.
 *
 * @param probability between 0 and 1, exclusive
 * @param degrees of freedom, above 0
 * @throws {RangeError} If an argument is out of range.
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`probability must be between 0 and 1, got ${probability}`);
  }
  if (!(degrees > 0)) throw new RangeError(`degrees of freedom must be above 0, got ${degrees}`);
  // The upper tail would lose digits in 1 − p.
  if (probability > 0.5) return -studentTQuantile(1 - probability, degrees);
  let low = -1, high = 0;
  while (studentT(low, degrees) > probability) low *= 2;
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (studentT(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Relative change at which the continued fraction has converged. */
const PRECISION = 1e-15;
const MAX_TERMS = 10_000;

/** The regularized incomplete beta function I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8), evaluated with Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean, its mirror image above.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  ) / a;
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), value = d;
  for (let m = 1; m < MAX_TERMS; m++) {
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

/** Coefficients of Lanczos' approximation with g = 7 and 9 terms. */
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
