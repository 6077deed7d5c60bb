import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  estimateMean,
  median,
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
  assertEquals(estimateMean([3]), { mean: 3, spread: null, count: 1, interval: null });
  assertEquals(welchDifference([3, 4], [1]).interval, null);
  assertThrows(() => estimateMean([]), RangeError, "no runs");
  assertThrows(() => welchDifference([], [1]), RangeError, "no runs");
});

Deno.test("identical runs have an interval of width 0", () => {
  assertEquals(estimateMean([2, 2, 2]).interval, { low: 2, high: 2 });
  assertEquals(welchDifference([2, 2], [1, 1]).interval, { low: 1, high: 1 });
});

Deno.test("median() returns the middle value, or the mean of the two middle values", () => {
  assertEquals(median([5, 1, 3]), 3);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});
