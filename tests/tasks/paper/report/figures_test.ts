import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { EXPERIMENTS } from "../../../../tasks/paper/mod.ts";
import { figurePanels, figureSvg } from "../../../../tasks/paper/report/figures.ts";
import { measuredExperiment } from "../../../support/paper_results.ts";

const figure = (id: string) => EXPERIMENTS.find((one) => one.id === id)!;
const curve = (...y: number[]) => ({ x: y.map((_, i) => i + 1), y });

Deno.test("a figure has a panel per column and group, with mean, minimum and maximum over seeds", () => {
  const panels = figurePanels(measuredExperiment(figure("figure-2"), {
    "with-dropout/mlm": [curve(10, 20), curve(14, 22)],
  }));
  assertEquals(panels.map(({ title }) => title), [
    "Additional data: MLM accuracy",
    "Dropout: MLM accuracy",
  ]);
  assertEquals(panels[0].chart, null);
  assertEquals(panels[0].missing.map(({ row }) => row), [
    "W/o additional data",
    "W additional data",
  ]);
  const [{ label, buckets }] = panels[1].chart!.curves;
  assertEquals(label, "with dropout");
  assertEquals(buckets[0], { first: 1, last: 1, low: 10, high: 14, sum: 24, count: 2 });
  assertEquals(panels[1].missing, [{ row: "W/o dropout", reason: "Not run." }]);
});

Deno.test("the band of a figure is the 95% interval of the mean from three seeds on", () => {
  const panels = figurePanels(measuredExperiment(figure("figure-2"), {
    "with-dropout/mlm": [curve(10), curve(11), curve(12)],
  }));
  const { curves: [{ buckets: [{ low, high }] }], note } = panels[1].chart!;
  // Student's t with two degrees of freedom is 4.303; the standard error is 1 / √3.
  assertAlmostEquals(high - 11, 4.3027 / Math.sqrt(3), 1e-4);
  assertAlmostEquals(11 - low, high - 11);
  assertStringIncludes(note!, "95% interval");
});

Deno.test("the SVG of a figure is standalone and escapes its texts", () => {
  const panels = figurePanels(measuredExperiment(figure("figure-1"), {
    "albert-large/angle": [curve(30, 20, 21)],
    "bert-large/angle": [curve(30, 10, 24)],
    "bert-large/distance": { missing: "Not <yet> & never." },
  }));
  const svg = figureSvg("a < b & c", panels);
  assert(svg.startsWith("<svg"));
  assertStringIncludes(svg, "a &lt; b &amp; c");
  assertStringIncludes(svg, "Not &lt;yet&gt; &amp; never.");
  assert(!svg.includes("var("), "not every SVG viewer supports CSS variables");
  assertStringIncludes(svg, "ALBERT-large");
  assertEquals(svg.match(/<svg/g)!.length, svg.match(/<\/svg>/g)!.length);
});
