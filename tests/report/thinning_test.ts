import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import { ThinnedLines, ThinnedSeries } from "../../src/report/thinning.ts";

Deno.test("ThinnedSeries keeps a small number of points individually", () => {
  const series = new ThinnedSeries(4);
  for (let step = 1; step <= 8; step++) series.push(step, step * step);
  assertEquals(series.buckets.map(({ first, low }) => [first, low]), [
    [1, 1],
    [2, 4],
    [3, 9],
    [4, 16],
    [5, 25],
    [6, 36],
    [7, 49],
    [8, 64],
  ]);
  assert(!series.thinned);
  series.push(9, 81);
  assert(series.thinned);
  assertEquals(series.buckets.length, 5);
});

Deno.test("ThinnedSeries stays small at any length and preserves extremes, steps and means", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
      const series = new ThinnedSeries(3);
      values.forEach((value, step) => series.push(step, value));
      const { buckets } = series;
      assert(buckets.length <= 6);
      assertEquals(Math.min(...buckets.map(({ low }) => low)), Math.min(...values));
      assertEquals(Math.max(...buckets.map(({ high }) => high)), Math.max(...values));
      let next = 0;
      for (const { first, last, count, sum } of buckets) {
        assertEquals(first, next);
        assertEquals(last - first + 1, count);
        assertEquals(sum, values.slice(first, last + 1).reduce((a, b) => a + b, 0));
        next = last + 1;
      }
      assertEquals(next, values.length);
    }),
  );
});

Deno.test("ThinnedSeries reduces a million points to at most 600 buckets and preserves a single spike", () => {
  const series = new ThinnedSeries();
  for (let step = 0; step < 1_000_000; step++) series.push(step, step === 654_321 ? 99 : 1);
  assert(series.buckets.length <= 600);
  assertEquals(series.count, 1_000_000);
  const [spike] = series.buckets.filter(({ high }) => high === 99);
  assert(spike.first <= 654_321 && spike.last >= 654_321);
  assertAlmostEquals(spike.sum / spike.count, 1 + 98 / spike.count, 1e-9);
});

Deno.test("ThinnedSeries skips values that are not finite", () => {
  const series = new ThinnedSeries();
  for (const value of [1, NaN, Infinity, 2]) series.push(1, value);
  assertEquals(series.count, 2);
});

Deno.test("ThinnedLines keeps the first and the last line and evenly spaced ones in between", () => {
  for (let total = 1; total < 300; total++) {
    const lines = new ThinnedLines<number>(10);
    for (let i = 0; i < total; i++) lines.push(i);
    const kept = lines.lines;
    assertEquals([kept[0], kept.at(-1)], [0, total - 1]);
    assert(kept.length <= 11, `${kept.length} of ${total}`);
    const gaps = kept.slice(1, -1).map((line, i) => line - kept[i]);
    assert(new Set(gaps).size <= 1, `${kept}`);
  }
});
