/**
 * Charts as SVG text, drawn by Vega without a DOM. The library is loaded at the first drawing.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import {
  type BarChart,
  barSpec,
  type Chart,
  chartSpec,
  type FlameBar,
  flameSpec,
  type HeatMap,
  heatMapSpec,
} from "./chart_specs.ts";
import { Html } from "./html.ts";

/** Draws a line chart. */
export async function drawChart(chart: Chart): Promise<Html> {
  return withoutSize(await toSvg(chartSpec(chart)));
}

/** Draws a bar chart. */
export async function drawBars(chart: BarChart): Promise<Html> {
  return withoutSize(await toSvg(barSpec(chart)));
}

/** Removes width and height, which the page sets; the view box keeps the aspect ratio. */
function withoutSize({ text }: Html): Html {
  return new Html(text.replace(/ width="[^"]*" height="[^"]*"/, ""));
}

/** Draws a heat map at its natural size. */
export async function drawHeatMap(map: HeatMap): Promise<Html> {
  return await toSvg(heatMapSpec(map));
}

/** Draws a flame chart at its natural size. */
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
