import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { formatTick, horizontalAxis, linearScale, logScale } from "../../src/report/axes.ts";
import { drawBars, drawChart, drawFlame, drawHeatMap } from "../../src/report/draw.ts";

const PIXELS = [200, 0] as const;

Deno.test("linearScale() has ticks at multiples of 1, 2 or 5 times a power of ten", () => {
  const ticks = (from: number, to: number, options = {}) =>
    linearScale([from, to], PIXELS, { count: 5, ...options }).ticks;
  assertEquals(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assertEquals(ticks(0.13, 0.41, { nice: true }), [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45]);
  assertEquals(ticks(-3e6, 11e6), [-2e6, 0, 2e6, 4e6, 6e6, 8e6, 10e6]);
  assertEquals(ticks(0, 3, { leastStep: 1 }), [0, 1, 2, 3]);
  assertEquals(ticks(0, 1, { leastStep: 1 }), [0, 1]);
});

Deno.test("linearScale() places its ends at the ends, and a single value in the middle", () => {
  const scale = linearScale([20, 30], PIXELS, { count: 5 });
  assertEquals([20, 25, 30].map(scale.place), [200, 100, 0]);
  for (const value of [0, 1e-3, -7, 1e12]) {
    assertAlmostEquals(linearScale([value, value], PIXELS, { count: 5 }).place(value), 100);
  }
});

Deno.test("logScale() runs from a power of ten to another", () => {
  const scale = logScale([0.02, 700], PIXELS);
  assertEquals(scale.ticks, [0.01, 0.1, 1, 10, 100, 1000]);
  assertEquals([0.01, 1000].map(scale.place), [200, 0]);
  assertAlmostEquals(scale.place(1), 120);
});

Deno.test("formatTick() formats by kind", () => {
  assertEquals([0, 0.1 + 0.2, 123456, 1e-7].map((value) => formatTick(value, "number")), [
    ...["0", "0.3", "123460", "1e-7"],
  ]);
  assertEquals([0.875, 1].map((value) => formatTick(value, "percent")), ["87.5%", "100%"]);
  assertEquals(formatTick(1234567, "integer"), "1,234,567");
  assertEquals([999, 1500, 2e9].map((value) => formatTick(value, "si")), ["999", "1.5k", "2G"]);
});

Deno.test("labels of a horizontal axis are left out rather than overlapping", () => {
  const labels = Array.from({ length: 100 }, (_, i) => ({ text: `${1000 + i}`, place: 4 * i }));
  const drawn = horizontalAxis(labels, { left: 0, right: 400, top: 0, title: "step" });
  const places = [
    ...drawn.map(({ text }) => text).join("").matchAll(/<text x="(\d+)"[^>]*>1\d{3}/g),
  ]
    .map(([, x]) => Number(x));
  assert(places.length >= 8, `${places}`);
  for (let i = 1; i < places.length; i++) assert(places[i] - places[i - 1] >= 28);
});

/** One point per value, `spread` above and below it. */
const curve = (values: number[], spread = 0) => ({
  ...{ label: "", color: 0, kind: "line" as const },
  buckets: values.map((value, i) => ({
    ...{ first: i, last: i, low: value - spread, high: value + spread, sum: value, count: 1 },
  })),
});

Deno.test("drawChart() draws a band only if the values of a point differ, and marks single points", () => {
  const draw = (...curves: ReturnType<typeof curve>[]) =>
    drawChart({ title: "", format: "number", curves }).text;
  assert(draw(curve([3, 1, 2], 0.5)).includes("fill-opacity"));
  const line = draw(curve([3, 1, 2]));
  assert(!line.includes("fill-opacity") && !line.includes("<circle"));
  assertStringIncludes(draw(curve([5])), "<circle");
  for (const values of [[0, 0], [1e-30, 1e30], [-5, 5]]) {
    assert(!/NaN|Infinity/.test(draw(curve(values))), `${values}`);
  }
});

Deno.test("drawChart() uses a logarithmic axis for values of several powers of ten", () => {
  const draw = (logarithmic: boolean) =>
    drawChart({ title: "", format: "number", logarithmic, curves: [curve([0.01, 1000])] }).text;
  assertStringIncludes(draw(true), ">0.1<");
  assert(!draw(false).includes(">0.1<"));
});

Deno.test("the other charts draw each value and escape names", () => {
  const name = "<a & b>";
  const bars = drawBars({ title: "", axis: name, bars: [[name, 1, 2], ["c", 0, 0]] }).text;
  assertEquals(bars.match(/<rect/g)?.length, 4);
  const map = drawHeatMap({ rows: [name, "x"], steps: [1, 2], values: [[1, 0], [NaN, 10]] }).text;
  assertEquals(map.match(/height="13"/g)?.length, 2, "values that are not positive stay blank");
  const flame = drawFlame([{ depth: 0, name, start: 0, milliseconds: 2 }]).text;
  assertStringIncludes(flame, "&lt;a &amp; b&gt; 2.00 ms");
  for (const svg of [bars, map, flame]) {
    assertStringIncludes(svg, "&lt;a &amp; b&gt;");
    assert(!/NaN|Infinity|undefined/.test(svg));
  }
});
