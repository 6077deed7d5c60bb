import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  ALPHA,
  detectableEffect,
  estimateMean,
  holm,
  intervalAt,
  mean,
  median,
  pValue,
  sampleSpread,
  seedsForPower,
  studentT,
  studentTQuantile,
  welchDifference,
} from "../../../tasks/paper/statistics.ts";

/** Computed with SciPy; the script is next to the file. */
const expected: {
  quantiles: [probability: number, degrees: number, t: number][];
  samples: {
    a: number[];
    b: number[];
    mean: number;
    spread: number;
    interval: [number, number];
    welch: [number, number];
    paired: [number, number] | null;
  }[];
} = JSON.parse(
  await Deno.readTextFile(new URL("../../fixtures/paper/statistics.json", import.meta.url)),
);

function assertClose(actual: number, wanted: number): void {
  assertAlmostEquals(actual, wanted, 1e-11 * Math.max(1, Math.abs(wanted)));
}

Deno.test("studentTQuantile() matches SciPy, and studentT() is its inverse", () => {
  for (const [probability, degrees, t] of expected.quantiles) {
    assertClose(studentTQuantile(probability, degrees), t);
    assertClose(studentT(t, degrees), probability);
  }
  assertThrows(() => studentTQuantile(1, 3), RangeError, "between 0 and 1");
  assertThrows(() => studentTQuantile(0.5, 0), RangeError, "degrees of freedom");
});

Deno.test("the intervals of means, paired and unpaired differences match SciPy", () => {
  for (const { a, b, mean, spread, interval, welch, paired } of expected.samples) {
    const estimate = estimateMean(a);
    assertClose(estimate.mean, mean);
    assertClose(estimate.spread!, spread);
    assertClose(estimate.interval!.low, interval[0]);
    assertClose(estimate.interval!.high, interval[1]);
    const unpaired = welchDifference(a, b);
    assertClose(unpaired.interval!.low, welch[0]);
    assertClose(unpaired.interval!.high, welch[1]);
    if (paired === null) continue;
    const pairs = estimateMean(a.map((value, seed) => value - b[seed]));
    assertClose(pairs.interval!.low, paired[0]);
    assertClose(pairs.interval!.high, paired[1]);
  }
});

Deno.test("a single run has a mean but no interval", () => {
  assertEquals(estimateMean([3]), {
    ...{ mean: 3, spread: null, count: 1, interval: null, error: null },
  });
  assertEquals(welchDifference([3, 4], [1]).interval, null);
  assertThrows(() => estimateMean([]), RangeError, "no runs");
  assertThrows(() => welchDifference([], [1]), RangeError, "no runs");
});

Deno.test("identical runs have an interval of width 0", () => {
  assertEquals(estimateMean([2, 2, 2]).interval, { low: 2, high: 2 });
  assertEquals(welchDifference([2, 2], [1, 1]).interval, { low: 1, high: 1 });
});

Deno.test("Holm's procedure compares the smallest p-value with α/m and stops at the first failure", () => {
  // The third fails 0.05/2, so the last is not rejected although it is below 0.05.
  assertEquals(holm([0.01, 0.04, 0.03, 0.005], 0.05), [
    { rejected: true, level: 0.05 / 3 },
    { rejected: false, level: 0.05 / 2 },
    { rejected: false, level: 0.05 / 2 },
    { rejected: true, level: 0.05 / 4 },
  ]);
  // A hypothesis without data counts.
  assertEquals(holm([0.03, 1], 0.05).map(({ rejected }) => rejected), [false, false]);
  assertEquals(holm([0.03], 0.05).map(({ rejected }) => rejected), [true]);
});

Deno.test("an interval excludes a threshold exactly if the p-value is below its level", () => {
  for (const { a } of expected.samples) {
    const estimate = estimateMean(a);
    for (const alpha of [ALPHA, ALPHA / 12]) {
      const { low, high } = intervalAt(estimate, alpha)!;
      assertAlmostEquals(pValue(estimate, low), alpha, 1e-9);
      assertAlmostEquals(pValue(estimate, high), alpha, 1e-9);
    }
  }
  assertEquals(pValue(estimateMean([3]), 0), 1);
});

/** Standard normal numbers (Box–Muller) from a linear congruential generator. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

Deno.test("seedsForPower() gives the power that simulated runs have", () => {
  const level = ALPHA / 12, trials = 2000;
  for (const effect of [0.7, 1, 2, 3.4, 5.1]) {
    const n = seedsForPower({ effect, spread: 1, level });
    const quantile = studentTQuantile(1 - level / 2, n - 1);
    const normal = normals(7);
    let found = 0;
    for (let trial = 0; trial < trials; trial++) {
      const values = Array.from({ length: n }, () => effect + normal());
      if (Math.abs(mean(values)) * Math.sqrt(n) > quantile * sampleSpread(values)!) found++;
    }
    // At most one seed more than necessary: the power is at least the required one.
    const share = found / trials;
    assertEquals(share > 0.77 && share < 0.95, true, `${effect}: ${n} seeds, power ${share}`);
  }
  assertEquals(seedsForPower({ effect: 1, spread: 0, level }), 3);
  assertThrows(() => seedsForPower({ effect: 0, spread: 1, level }), RangeError, "above 0");
  assertThrows(() => seedsForPower({ effect: 1e-9, spread: 1, level }), RangeError, "10000");
});

Deno.test("detectableEffect() matches SciPy's noncentral t distribution", () => {
  // brentq(lambda d: nct.sf(t.ppf(1 - level / 2, n - 1), n - 1, d * sqrt(n)) - 0.8, 0, 18)
  const expected = [[3, 11.3441], [5, 3.3087], [6, 2.5585], [20, 0.9306]] as const;
  for (const [seeds, effect] of expected) {
    const request = { seeds, spread: 2, level: ALPHA / 12 };
    assertAlmostEquals(detectableEffect(request), 2 * effect, 2e-4);
    assertEquals(seedsForPower({ ...request, effect: 2.001 * effect }), seeds);
    assertEquals(seedsForPower({ ...request, effect: 1.999 * effect }), seeds + 1);
  }
});

Deno.test("median() returns the middle value, or the mean of the two middle values", () => {
  assertEquals(median([5, 1, 3]), 3);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});
