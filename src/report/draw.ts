/**
 * Charts as SVG text, drawn by Vega without a page. The library is loaded at the first drawing only.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import {
  type BarChart,
  barSpec,
  type Chart,
  chartSpec,
  type HeatMap,
  heatMapSpec,
} from "./chart_specs.ts";
import { type FlameBar, flameSpec } from "./flame_spec.ts";
import { Html } from "./html.ts";

/** Draws a chart. */
export async function drawChart(chart: Chart): Promise<Html> {
  return withoutSize(await toSvg(chartSpec(chart)));
}

/** Draws bars. */
export async function drawBars(chart: BarChart): Promise<Html> {
  return withoutSize(await toSvg(barSpec(chart)));
}

/** Width and height are the page's business; the view box keeps the proportions. */
function withoutSize({ text }: Html): Html {
  return new Html(text.replace(/ width="[^"]*" height="[^"]*"/, ""));
}

/** Draws a heat map, in its own size. */
export async function drawHeatMap(map: HeatMap): Promise<Html> {
  return await toSvg(heatMapSpec(map));
}

/** Draws bars within bars, in its own size. */
export async function drawFlame(bars: readonly FlameBar[]): Promise<Html> {
  return await toSvg(flameSpec(bars));
}

async function toSvg(spec: unknown): Promise<Html> {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = lite.compile(spec as TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return new Html(await view.toSVG());
  } finally {
    view.finalize();
  }
}
