/**
 * Charts in Vega-Lite's words.
 *
 * @module
 */
import type { Bucket } from "./thinned_series.ts";

/** One curve of a chart. */
export interface Curve {
  /** What the legend calls it. */
  readonly label: string;
  /** From 0; which color of the page. */
  readonly color: number;
  /** `marked` shows each point, for what was measured seldom. */
  readonly kind: "line" | "marked";
  /** Its points. */
  readonly buckets: readonly Readonly<Bucket>[];
}

/** A chart of curves over steps, or over something else. */
export interface Chart {
  /** Heading. */
  readonly title: string;
  /** What lies across: its name, `step` unless given, and where it starts, 0 unless given. */
  readonly across?: { readonly name: string; readonly from: number };
  /** Its curves, each with a point at least. */
  readonly curves: readonly Curve[];
  /** Format of the values, as d3-format has it. */
  readonly format: string;
  /** Values are multiplied by this (bytes to MiB). */
  readonly factor?: number;
  /** Draw powers of ten at equal distances where the values span more than two of them. */
  readonly logarithmic?: boolean;
}

/** Counts drawn as bars. */
export interface BarChart {
  /** Heading. */
  readonly title: string;
  /** What the bars are called together. */
  readonly axis: string;
  /** Names from the left, each with its count, or with several that stand side by side in colors of their own. */
  readonly bars: readonly (readonly [name: string, ...counts: number[]])[];
}

/** A table of numbers drawn as colors: rows by steps. */
export interface HeatMap {
  /** Row names, from the top. */
  readonly rows: readonly string[];
  /** Steps, from the left. */
  readonly steps: readonly number[];
  /** `values[row][column]`, above 0; drawn on a logarithmic scale. Others stay blank. */
  readonly values: readonly (readonly number[])[];
}

/** Outer size of a chart, in pixels before the page scales it. */
const WIDTH = 400;
const HEIGHT = 230;
/** From the darkest to the brightest color; lesser values are as dark (a bias of keys has no gradient but rounding). */
const HEAT_SPAN = 1e6;
/** Where the values span more than this, a logarithmic chart pays. */
const LOGARITHMIC_SPAN = 100;

/** Colors come from the page, so that one drawing fits light and dark. */
export const CHART_CONFIG = {
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

/** What all charts of a page's grid share. */
const FRAME = {
  width: WIDTH,
  height: HEIGHT,
  autosize: { type: "fit", contains: "padding" },
  padding: 4,
  config: CHART_CONFIG,
} as const;

/** Curves: means as lines, extremes as bands. */
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
        // Its edge keeps a single spike among a million points to be seen.
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

/** The page's colors for the field `curve`. */
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

/** The powers of ten around and between two values, so that a logarithmic grid stays light. */
function powersOfTen(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least)), last = Math.ceil(Math.log10(most));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

/** Counts as bars. */
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

/** Colors that the page's style defines. */
export const CURVE_COLORS = 8;

/** Rows by steps as colors. */
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
