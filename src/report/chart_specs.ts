/**
 * Vega-Lite specifications of the charts.
 *
 * @module
 */
import type { Bucket } from "./thinning.ts";

/** One curve of a chart. */
export interface Curve {
  /** Shown in the legend; no entry if empty. */
  readonly label: string;
  /** Index into the colors of the page, from 0. */
  readonly color: number;
  /** `marked` also draws each point, for values measured rarely. */
  readonly kind: "line" | "marked";
  readonly buckets: readonly Readonly<Bucket>[];
}

/** A line chart, over steps unless `across` names another axis. */
export interface Chart {
  readonly title: string;
  /** Title and minimum of the horizontal axis; `step` and 0 by default. */
  readonly across?: { readonly name: string; readonly from: number };
  /** Each has at least one point. */
  readonly curves: readonly Curve[];
  /** Format of the values, in the syntax of d3-format. */
  readonly format: string;
  /** Factor by which values are multiplied (bytes to MiB). */
  readonly factor?: number;
  /** Use a logarithmic axis if the values span more than two powers of ten. */
  readonly logarithmic?: boolean;
}

/** A bar chart. */
export interface BarChart {
  readonly title: string;
  /** Title of the horizontal axis. */
  readonly axis: string;
  /** Categories from the left, each with one count, or with several drawn side by side in different colors. */
  readonly bars: readonly (readonly [name: string, ...counts: number[]])[];
}

/** A heat map: rows over steps. */
export interface HeatMap {
  /** Row labels, from the top. */
  readonly rows: readonly string[];
  /** Steps, from the left. */
  readonly steps: readonly number[];
  /** `values[row][column]` on a logarithmic scale; values that are not positive stay blank. */
  readonly values: readonly (readonly number[])[];
}

/** Outer size of a chart in pixels, before the page scales it. */
const WIDTH = 400;
const HEIGHT = 230;
/** Ratio of the brightest to the darkest color; smaller values are clamped (the gradient of a key bias is only rounding error). */
const HEAT_SPAN = 1e6;
/** Ratio of the extremes above which a logarithmic axis is used. */
const LOGARITHMIC_SPAN = 100;

/** Colors are variables of the page, so one drawing fits the light and the dark color scheme. */
const CHART_CONFIG = {
  background: "transparent",
  font: "system-ui, sans-serif",
  axis: {
    labelColor: "currentColor",
    titleColor: "currentColor",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    gridColor: "var(--grid)",
    domainColor: "var(--grid)",
    tickColor: "var(--grid)",
    labelOverlap: "greedy",
  },
  legend: { labelColor: "currentColor", titleColor: "currentColor" },
  view: { stroke: null },
} as const;

/** Properties shared by the charts of a grid. */
const FRAME = {
  width: WIDTH,
  height: HEIGHT,
  autosize: { type: "fit", contains: "padding" },
  padding: 4,
  config: CHART_CONFIG,
} as const;

/** Curves: means as lines, minimum to maximum as bands. */
export function chartSpec(chart: Chart): unknown {
  const { curves, format, factor = 1, logarithmic = false } = chart;
  const { name, from } = chart.across ?? { name: "step", from: 0 };
  const points = curves.flatMap(({ buckets }, curve) =>
    buckets.map(({ first, last, low, high, sum, count }) => ({
      curve,
      step: (first + last) / 2,
      low: low * factor,
      high: high * factor,
      mean: (sum / count) * factor,
    }))
  );
  const least = Math.min(...points.map(({ low }) => low));
  const most = Math.max(...points.map(({ high }) => high));
  const log = logarithmic && least > 0 && most / least > LOGARITHMIC_SPAN;
  const lastStep = Math.max(...points.map(({ step }) => step));
  const x = {
    field: "step",
    type: "quantitative",
    title: name,
    scale: { nice: false, domain: [from, Math.max(lastStep, from + 1)] },
    axis: { grid: false, tickCount: 5, tickMinStep: 1, format: lastStep < 100_000 ? ",.0f" : "~s" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    scale: log ? { type: "log" } : { zero: false },
    axis: log ? { values: powersOfTen(least, most), format } : { tickCount: 5, format },
  });
  const color = curveColors(curves.map(({ color }) => color));
  const seldom = curves.flatMap(({ kind, buckets }, curve) =>
    kind === "marked" || buckets.length === 1 ? [curve] : []
  );
  const layer = (mark: object, encoding: object, keep?: string) => ({
    mark: { aria: false, ...mark },
    encoding: { x, color, ...encoding },
    ...(keep !== undefined && { transform: [{ filter: keep }] }),
  });
  return {
    ...FRAME,
    data: { values: points },
    layer: [
      layer(
        // The stroke keeps a single spike in a million points visible.
        { type: "area", fillOpacity: 0.22, strokeOpacity: 0.5, strokeWidth: 0.7 },
        { y: y("low"), y2: { field: "high" }, stroke: color },
        "datum.low < datum.high",
      ),
      layer({ type: "line", strokeWidth: 1.6, strokeJoin: "round" }, { y: y("mean") }),
      layer(
        { type: "point", filled: true, size: 26, opacity: 1 },
        { y: y("mean") },
        `indexof(${JSON.stringify(seldom)}, datum.curve) >= 0`,
      ),
    ],
  };
}

/** Encodes the field `curve` as a color of the page. */
function curveColors(colors: readonly number[]) {
  return {
    field: "curve",
    type: "nominal",
    legend: null,
    scale: {
      domain: colors.map((_, curve) => curve),
      range: colors.map((color) => `var(--curve-${(color % CURVE_COLORS) + 1})`),
    },
  };
}

/** The powers of ten around and between two values: a sparse grid for a logarithmic axis. */
function powersOfTen(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least)), last = Math.ceil(Math.log10(most));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

export function barSpec({ axis, bars }: BarChart): unknown {
  return {
    ...FRAME,
    data: {
      values: bars.flatMap(([, ...counts], bar) =>
        counts.map((count, curve) => ({ bar, curve, count }))
      ),
    },
    mark: { type: "bar", aria: false },
    encoding: {
      ...(bars.some(([, ...counts]) => counts.length > 1) && { xOffset: { field: "curve" } }),
      color: curveColors([0, 1]),
      x: {
        field: "bar",
        type: "ordinal",
        title: axis,
        axis: {
          labelExpr: `${JSON.stringify(bars.map(([name]) => name))}[datum.value]`,
          labelAngle: 0,
          labelOverlap: "parity",
          ticks: false,
          domain: false,
        },
      },
      y: {
        field: "count",
        type: "quantitative",
        title: null,
        axis: { tickCount: 5, format: "~s" },
      },
    },
  };
}

/** Number of curve colors that the style sheet defines. */
export const CURVE_COLORS = 8;

export function heatMapSpec({ rows, steps, values }: HeatMap): unknown {
  const cells = rows.flatMap((_, row) =>
    steps.flatMap((step, column) =>
      values[row][column] > 0 ? [{ row, step, value: values[row][column] }] : []
    )
  );
  const numbers = cells.map(({ value }) => value);
  const most = Math.max(...numbers);
  const least = Math.max(Math.min(...numbers), most / HEAT_SPAN);
  return {
    width: { step: Math.max(360 / steps.length, 6) },
    height: { step: 13 },
    padding: 4,
    config: CHART_CONFIG,
    data: { values: cells },
    mark: { type: "rect", aria: false },
    encoding: {
      x: {
        field: "step",
        type: "ordinal",
        title: "step",
        axis: { labelAngle: 0, ticks: false, domain: false },
      },
      y: {
        field: "row",
        type: "ordinal",
        title: null,
        axis: {
          labelExpr: `${JSON.stringify(rows)}[datum.value]`,
          labelLimit: 0,
          labelFontSize: 10,
          ticks: false,
          domain: false,
          labelOverlap: false,
        },
      },
      color: {
        field: "value",
        type: "quantitative",
        title: null,
        scale: { type: "log", scheme: "viridis", domain: [least, most], clamp: true },
        legend: { orient: "top", gradientLength: 220, gradientThickness: 8, format: "~g" },
      },
    },
  };
}

/** A bar of a flame chart: a part of a step's time. */
export interface FlameBar {
  /** 0 for the whole step. */
  readonly depth: number;
  readonly name: string;
  /** Milliseconds from the start of the step. */
  readonly start: number;
  readonly milliseconds: number;
}

const FLAME_WIDTH = 900;
const ROW_HEIGHT = 26;
/** Average width of a letter in pixels. */
const LETTER = 6.5;

/** A flame chart: the whole step at the bottom, its parts above. */
export function flameSpec(bars: readonly FlameBar[]): unknown {
  const total = Math.max(...bars.map(({ start, milliseconds }) => start + milliseconds));
  const rows = Math.max(...bars.map(({ depth }) => depth)) + 1;
  const values = bars.map(({ depth, name, start, milliseconds }) => {
    const room = milliseconds / total * FLAME_WIDTH / LETTER - 1;
    const text = `${name} ${milliseconds.toPrecision(3)} ms`;
    const label = text.length <= room ? text : name.length <= room ? name : "";
    return {
      ...{ depth, name, label, start, milliseconds },
      end: start + milliseconds,
      middle: start + milliseconds / 2,
    };
  });
  const y = { field: "depth", type: "ordinal", axis: null, sort: "descending" };
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: "ms per step",
    scale: { domain: [0, total], nice: false },
    axis: { tickCount: 8, grid: false },
  });
  return {
    width: FLAME_WIDTH,
    height: rows * ROW_HEIGHT,
    padding: 4,
    config: CHART_CONFIG,
    data: { values },
    layer: [
      {
        mark: { type: "rect", aria: false, stroke: "var(--paper)", strokeWidth: 1 },
        encoding: {
          x: x("start"),
          x2: { field: "end" },
          y,
          color: {
            field: "depth",
            type: "ordinal",
            legend: null,
            scale: { range: ["#c9c9c9", "#f3c16b", "#ec9f58", "#df7b4f"] },
          },
        },
      },
      {
        mark: { type: "text", aria: false, fontSize: 11, fill: "#222222" },
        encoding: { x: x("middle"), y, text: { field: "label" } },
      },
    ],
  };
}
