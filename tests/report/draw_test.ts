import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { drawBars, drawChart } from "../../src/report/draw.ts";
import { drawFlame, drawHeatMap } from "../../src/report/draw_maps.ts";

/** One point per value, `spread` above and below it. */
const curve = (values: number[], spread = 0) => ({
  ...{ label: "", color: 0, kind: "line" as const },
  buckets: values.map((value, i) => ({
    ...{ first: i, last: i, low: value - spread, high: value + spread, sum: value, count: 1 },
  })),
});

Deno.test("drawChart() draws a band only if the values of a point differ, and marks single points", () => {
  const draw = (...curves: ReturnType<typeof curve>[]) =>
    drawChart({ title: "", format: ".5~g", curves }).text;
  assert(draw(curve([3, 1, 2], 0.5)).includes("fill-opacity"));
  const line = draw(curve([3, 1, 2]));
  assert(!line.includes("fill-opacity") && !line.includes("<circle"));
  assertStringIncludes(draw(curve([5])), "<circle");
  for (const values of [[0, 0], [1e-30, 1e30], [-5, 5]]) {
    assert(!/NaN|Infinity/.test(draw(curve(values))), `${values}`);
  }
});

/** The labels of a chart, and where they are. */
function labels(svg: string): Map<string, readonly [x: number, y: number]> {
  const found = svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</g);
  return new Map([...found].map(([, x, y, text]) => [text, [Number(x), Number(y)]]));
}

Deno.test("drawChart() labels round values with the format, and only whole steps", () => {
  const draw = (
    format: string,
    values: number[],
  ) => [...labels(drawChart({ title: "", format, curves: [curve(values)] }).text).keys()];
  assertEquals(draw(".3~p", [0.13, 0.41]), [
    ...["10%", "15%", "20%", "25%", "30%", "35%", "40%", "45%", "0", "1", "step"],
  ]);
  assert(draw("~s", [11_900, 12_800]).includes("12.4k"));
});

Deno.test("drawChart() draws a constant in the middle", () => {
  for (const value of [0, 1e-3, -7, 1e12]) {
    const { text } = drawChart({ title: "", format: "~r", curves: [curve([value, value])] });
    const [, y] = /class="line" d="M[\d.]+,([\d.]+)L/.exec(text)!;
    assert(Math.abs(Number(y) - 99) < 10, `${value}: ${y}`);
  }
});

Deno.test("labels are left out rather than overlapping", () => {
  const bars = Array.from({ length: 100 }, (_, i) => [`${1000 + i}`, i] as const);
  const places = [...labels(drawBars({ title: "", axis: "", bars }).text)]
    .flatMap(([text, [x]]) => /^1\d{3}$/.test(text) ? [x] : []);
  assert(places.length >= 8, `${places}`);
  for (let i = 1; i < places.length; i++) assert(places[i] - places[i - 1] >= 28);
});

Deno.test("drawChart() uses a logarithmic axis for values of several powers of ten", () => {
  const draw = (logarithmic: boolean) =>
    drawChart({ title: "", format: ".5~g", logarithmic, curves: [curve([0.01, 1000])] }).text;
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

Deno.test("drawChart() draws references with their names, and includes them in the axis", () => {
  const chart = { title: "", format: ".0%", curves: [curve([0.5, 0.52])], includes: [0, 1] };
  const svg = drawChart({ ...chart, references: [{ label: "chance <½>", value: 0.25 }] }).text;
  assertStringIncludes(svg, "chance &lt;½&gt;");
  assertStringIncludes(svg, "stroke-dasharray");
  assert(svg.indexOf("stroke-dasharray") < svg.indexOf('class="curve"'), "the label hides a curve");
  const named = labels(svg);
  assertEquals([named.has("0%"), named.has("100%")], [true, true]);
});

Deno.test("drawChart() has the ticks of other axes and the values for the script of the page", () => {
  const axis = {
    ...{ id: "tokens", name: "tokens", title: "tokens" },
    runs: [[[1, 1000], [2, 5000]]] as const,
  };
  const { text } = drawChart(
    { title: "", format: "~r", curves: [curve([3, 2, 1])] },
    [axis],
  );
  const [, hidden] = text.match(/<g class="axis axis-tokens" style="display:none">(.*?tokens<)/)!;
  assert(hidden.includes(">5,000<") && !hidden.includes(">6,000<"), hidden);
  const [, json] = text.match(/data-chart="([^"]*)"/)!;
  const data = JSON.parse(json.replaceAll("&quot;", '"'));
  assertEquals([data.steps, data.curves[0].mean], [[0, 2], [3, 2, 1]]);
});

Deno.test("drawChart() draws intervals as error bars", () => {
  const svg = drawChart({
    ...{ title: "", format: "~r" },
    curves: [{ ...curve([3, 1, 2], 0.5), kind: "interval" }],
  }).text;
  assert(!svg.includes("fill-opacity"), "no band");
  assertEquals(svg.match(/class="bars" d="([^"]*)"/)![1].split("M").length - 1, 3);
});
