/**
 * Line charts and bar charts as SVG. Colors are variables of the page, so one drawing fits the light and the dark color scheme.
 *
 * @module
 */
// @ts-types="npm:@types/d3-format@3.0.4"
import { format } from "d3-format";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleBand, scaleLinear, scaleLog } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.2.0"
import { area, line } from "d3-shape";
import {
  BOTTOM,
  CHART_SIZE,
  horizontalAxis,
  labelSpace,
  RIGHT_MARGIN,
  svg,
  textWidth,
  TOP,
  verticalAxis,
} from "./axes.ts";
import { element, type Html, pixel } from "./html.ts";
import type { Bucket } from "./thinning.ts";

/** One curve of a chart. */
export interface Curve {
  /** Shown in the legend; no entry if empty. */
  readonly label: string;
  /** Index into the colors of the page, from 0. */
  readonly color: number;
  /** `marked` also draws each point, for values measured rarely; `interval` draws their ranges as error bars. */
  readonly kind: "line" | "marked" | "interval";
  /** Points, or ranges of points, from the left. */
  readonly buckets: readonly Readonly<Bucket>[];
  /** Index of its run in a {@linkcode StepAxis}; 0 if absent. */
  readonly run?: number;
}

/** A horizontal line at a value that the curves are compared with. */
export interface Reference {
  /** Written above the line. */
  readonly label: string;
  /** In the unit of the curves. */
  readonly value: number;
}

/** A line chart, over steps unless `across` names another axis. */
export interface Chart {
  /** Shown above the chart. */
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
  /** Values that the vertical axis includes. */
  readonly includes?: readonly number[];
  /** Baselines. */
  readonly references?: readonly Reference[];
  /** Whether to draw a legend; true if absent. */
  readonly legend?: boolean;
  /** What the error bars are, and similar remarks. */
  readonly note?: string;
}

/** Another quantity that the horizontal axis can show instead of the step. */
export interface StepAxis {
  /** Identifies the axis in the page. */
  readonly id: string;
  /** Name in the page's choice of axes. */
  readonly name: string;
  /** Title of the axis with its unit. */
  readonly title: string;
  /** For each run, the quantity at some steps, in order; it is interpolated between them and 0 at step 0. */
  readonly runs: readonly StepValues[];
}

/** A quantity at some steps. */
export type StepValues = readonly (readonly [step: number, value: number])[];

/** A bar chart. */
export interface BarChart {
  readonly title: string;
  /** Title of the horizontal axis. */
  readonly axis: string;
  /** Categories from the left, each with one count, or with several drawn side by side in different colors. */
  readonly bars: readonly (readonly [name: string, ...counts: number[]])[];
}

/** Number of curve colors that the style sheet defines. */
const CURVE_COLORS = 8;

/** Ratio of the extremes above which a logarithmic axis is used. */
const LOGARITHMIC_SPAN = 100;

/** The color of a curve as a variable of the page. */
export function curveColor(color: number): string {
  return `var(--curve-${color % CURVE_COLORS + 1})`;
}

/**
 * Draws a line chart: means as lines, minimum to maximum as bands or error bars, references as dashed lines.
 *
 * @param axes other horizontal axes, between which the script of the page switches
 * @param width in pixels, before the page scales the chart
 */
export function drawChart(
  chart: Chart,
  axes: readonly StepAxis[] = [],
  width: number = CHART_SIZE.width,
): Html {
  const right = width - RIGHT_MARGIN;
  const { curves, factor = 1, references = [] } = chart;
  const { name, from } = chart.across ?? { name: "step", from: 0 };
  const buckets = curves.flatMap(({ buckets }) => buckets);
  const y = verticalScale(chart, buckets);
  const text = format(chart.format);
  const log = "base" in y;
  // Only powers of ten: a sparse grid for a logarithmic axis.
  const values = y.ticks(5).filter((tick) => !log || format(".0e")(tick).startsWith("1e"));
  const yLabels = values.map((tick) => ({ text: text(tick), place: y(tick) }));
  const left = labelSpace(yLabels);
  const lastStep = Math.max(...buckets.map(middle));
  const end = Math.max(lastStep, from + 1);
  const x = scaleLinear([from, end], [left, right]);
  const stepText = format(end < 100_000 ? ",.0f" : "~s");
  const xLabels = x.ticks(5).filter(Number.isInteger)
    .map((tick) => ({ text: stepText(tick), place: x(tick) }));
  const place = {
    x: (bucket: Bucket) => x(middle(bucket)),
    y: (value: number) => y(value * factor),
  };
  const drawn = curves.flatMap((curve) => drawCurve(curve, place));
  const steps = horizontalAxis(xLabels, { left, right, top: BOTTOM, title: name });
  const others = axes.map((axis) => otherAxis(axis, curves, left, right));
  const [low, high] = y.domain();
  const data = {
    // Edges of the plotting area, its steps, and its values.
    ...{ box: [left, right, TOP, BOTTOM], steps: [from, end], values: [low, high], log },
    ...{ format: chart.format.endsWith("p") ? "percent" : "number", across: name },
    curves: curves.map(({ label, kind, buckets, run = 0 }) => ({
      ...{ label, kind, run },
      step: buckets.map(middle),
      mean: buckets.map((bucket) => short(mean(bucket) * factor)),
      ...(buckets.some(({ low, high }) => low < high) && {
        low: buckets.map(({ low }) => short(low * factor)),
        high: buckets.map(({ high }) => short(high * factor)),
      }),
    })),
    references: references.map(({ label, value }) => ({ label, value: short(value * factor) })),
  };
  return svg(
    { ...CHART_SIZE, width },
    [
      ...verticalAxis(yLabels, left, right),
      element("g", { class: "axis axis-step" }, steps),
      ...others,
      // Below the curves, of which a label would hide the end.
      ...drawReferences(references, place.y, left, right),
      ...drawn,
    ],
    false,
    { class: "chart", "data-chart": JSON.stringify(data) },
  );
}

/** Five digits, which keeps pages small. */
export function short(value: number): number {
  return Number(value.toPrecision(5));
}

function verticalScale(
  { factor = 1, logarithmic = false, includes = [], references = [] }: Chart,
  buckets: readonly Readonly<Bucket>[],
) {
  const others = [...includes, ...references.map(({ value }) => value)];
  const least = factor * Math.min(...buckets.map(({ low }) => low), ...others);
  const most = factor * Math.max(...buckets.map(({ high }) => high), ...others);
  if (logarithmic && least > 0 && most / least > LOGARITHMIC_SPAN) {
    return scaleLog([least, most], [BOTTOM, TOP]).nice();
  }
  // A single value is drawn in the middle.
  const margin = least === most ? Math.abs(least) / 2 || 1 : 0;
  return scaleLinear([least - margin, most + margin], [BOTTOM, TOP]).nice(5);
}

/** Places of points in pixels. */
interface Places {
  readonly x: (bucket: Bucket) => number;
  readonly y: (value: number) => number;
}

/** A curve with its ranges and points. Classes name the parts that the script of the page draws again for another axis. */
function drawCurve({ color, kind, buckets }: Curve, { x, y }: Places): Html[] {
  const stroke = curveColor(color);
  const parts: Html[] = [];
  if (buckets.some(({ low, high }) => low < high)) {
    if (kind === "interval") {
      const bars = buckets.map((bucket) =>
        `M${pixel(x(bucket))},${pixel(y(bucket.low))}V${pixel(y(bucket.high))}`
      );
      parts.push(
        element("path", { class: "bars", d: bars.join(""), stroke, "stroke-opacity": ".55" }),
      );
    } else {
      const d = area<Bucket>(x, ({ low }) => y(low), ({ high }) => y(high))
        .digits(2)(buckets as Bucket[])!;
      // The stroke keeps a single spike in a million points visible.
      const edge = { stroke, "stroke-opacity": ".5", "stroke-width": ".7" };
      parts.push(
        element("path", { class: "band", d, fill: stroke, "fill-opacity": ".22", ...edge }),
      );
    }
  }
  parts.push(element("path", {
    class: "line",
    d: line<Bucket>(x, (bucket) => y(mean(bucket))).digits(2)(buckets as Bucket[])!,
    stroke,
    "stroke-width": "1.6",
    "stroke-linejoin": "round",
  }));
  if (kind !== "line" || buckets.length === 1) {
    const points = buckets.map((bucket) =>
      element("circle", { cx: x(bucket), cy: y(mean(bucket)), r: "2.9", fill: stroke })
    );
    parts.push(element("g", { class: "points" }, points));
  }
  return [element("g", { class: "curve" }, parts)];
}

/** Dashed lines with their labels at the right. */
function drawReferences(
  references: readonly Reference[],
  y: (value: number) => number,
  left: number,
  right: number,
): Html[] {
  let above = Infinity;
  const sorted = references.toSorted((a, b) => a.value - b.value);
  return sorted.flatMap(({ label, value }) => {
    const place = y(value);
    // Labels of close lines are stacked from the lowest line up.
    const text = Math.max(Math.min(place - 4, above - 13), TOP + 8);
    above = text;
    const d = `M${pixel(left)},${pixel(place)}H${pixel(right)}`;
    return [
      element("path", { d, stroke: "var(--reference)", "stroke-dasharray": "5 4" }),
      element("text", {
        class: "reference",
        ...{ x: right, y: text, "text-anchor": "end", fill: "var(--reference)", "font-size": 11 },
        ...(textWidth(label, 11) > right - left ? { textLength: `${right - left}` } : {}),
      }, label),
    ];
  });
}

function otherAxis(
  { id, title, runs }: StepAxis,
  curves: readonly Curve[],
  left: number,
  right: number,
): Html {
  const ends = curves.map(({ buckets, run = 0 }) => valueAt(runs[run], middle(buckets.at(-1)!)));
  const end = Math.max(...ends) || 1;
  const x = scaleLinear([0, end], [left, right]);
  const text = format(end < 100_000 ? "," : "~s");
  const labels = x.ticks(5).map((tick) => ({ text: text(tick), place: x(tick) }));
  const drawn = horizontalAxis(labels, { left, right, top: BOTTOM, title });
  return element("g", { class: `axis axis-${id}`, style: "display:none" }, drawn);
}

/** Interpolates between points; beyond the last one the slope continues. */
function valueAt(points: StepValues, step: number): number {
  let before: readonly [number, number] = [0, 0], slope = 0;
  for (const point of points) {
    if (point[0] > before[0]) slope = (point[1] - before[1]) / (point[0] - before[0]);
    if (step <= point[0]) break;
    before = point;
  }
  return before[1] + slope * (step - before[0]);
}

function middle({ first, last }: Bucket): number {
  return (first + last) / 2;
}

function mean({ sum, count }: Bucket): number {
  return sum / count;
}

/** Draws a bar chart. */
export function drawBars({ axis, bars }: BarChart): Html {
  const most = Math.max(...bars.flatMap(([, ...counts]) => counts), 1);
  const y = scaleLinear([0, most], [BOTTOM, TOP]).nice(5);
  const counts = bars.every(([, ...counts]) => counts.every(Number.isInteger));
  const yLabels = y.ticks(5).filter((tick) => !counts || Number.isInteger(tick))
    .map((tick) => ({ text: format("~s")(tick), place: y(tick) }));
  const left = labelSpace(yLabels), right = CHART_SIZE.width - RIGHT_MARGIN;
  const x = scaleBand(bars.keys(), [left, right]).padding(0.14);
  const rectangles = bars.flatMap(([, ...counts], bar) =>
    counts.map((count, curve) => {
      const width = x.bandwidth() / counts.length;
      return element("rect", {
        x: x(bar)! + curve * width,
        y: y(count),
        width,
        height: BOTTOM - y(count),
        fill: curveColor(curve),
      });
    })
  );
  const labels = bars.map(([text], bar) => ({ text, place: x(bar)! + x.bandwidth() / 2 }));
  return svg(CHART_SIZE, [
    ...verticalAxis(yLabels, left, right),
    ...rectangles,
    ...horizontalAxis(labels, { left, right, top: BOTTOM, title: axis, ticks: false }),
  ]);
}
