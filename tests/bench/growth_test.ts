// Exponents of growth and their lower bounds.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawGrowth } from "../../bench/growth.ts";
import { benchGrowth, fasterThanNeeded } from "../../bench/growth.ts";
import { slope } from "../../bench/growth.ts";

Deno.test("the slope of a power function is its exponent", () => {
  const xs = [1, 2, 4, 8, 16];
  for (const exponent of [0, 0.5, 1, 2]) {
    assertAlmostEquals(slope(xs.map((x) => [x, 3 * x ** exponent])), exponent, 1e-12);
  }
});

Deno.test("fasterThanNeeded() names a curve that grows faster than its lower bound", () => {
  const curve = {
    ...{ axis: "sequence" as const, points: [] },
    ...{ timeSlope: 1.1, leastTimeSlope: 1, memorySlope: 2, leastMemorySlope: 1 },
  };
  assertEquals(fasterThanNeeded(curve), [
    "memory with sequence: exponent 2.00, expected 1.00",
  ]);
});

Deno.test("bench growth measures steps and draws them", async () => {
  const bench = await benchGrowth({ device: "cpu", axes: ["layers", "batch"], most: 2 });
  for (const { points, leastTimeSlope } of bench.curves) {
    assertEquals(points.map(({ value }) => value), [1, 2]);
    assert(points.every(({ milliseconds, bytes }) => milliseconds > 0 && bytes > 0));
    assert(points[1].leastMilliseconds > points[0].leastMilliseconds && leastTimeSlope > 0.5);
    assert(points.every(({ bytes, leastBytes }) => bytes > leastBytes));
  }
  const svg = drawGrowth(bench);
  assert(svg.startsWith("<svg") && svg.includes("layers"));
});
