/**
 * Charts as SVG. Colors are variables of the page, so one drawing fits the light and the dark color scheme. Text cannot be measured without a browser, so the widths
 * of labels are estimates.
 *
 * @module
 */
// @ts-types="npm:@types/d3-format@3.0.4"
import { format } from "d3-format";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleBand, scaleLinear, scaleLog } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.2.0"
import { area, line } from "d3-shape";
import { element, type Html, pixel } from "./html.ts";
import type { Bucket } from "./thinning.ts";

/** One curve of a chart. */
export interface Curve {
  /** Shown in the legend; no entry if empty. */
  readonly label: string;
  /** Index into the colors of the page, from 0. */
  readonly color: number;
  /** `marked` also draws each point, for values measured rarely. */
  readonly kind: "line" | "marked";
  /** Points, or ranges of points, from the left. */
  readonly buckets: readonly Readonly<Bucket>[];
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

/** A bar of a flame chart: a part of a step's time. */
export interface FlameBar {
  /** 0 for the whole step. */
  readonly depth: number;
  readonly name: string;
  /** Milliseconds from the start of the step. */
  readonly start: number;
  readonly milliseconds: number;
}

/** Number of curve colors that the style sheet defines. */
export const CURVE_COLORS = 8;

/** Size of a line or bar chart in pixels, before the page scales it. */
export const CHART_SIZE = { width: 400, height: 230 } as const;
/** Edges of the plotting area of a line or bar chart; the left one depends on the labels. */
const TOP = 10, RIGHT = CHART_SIZE.width - 16, BOTTOM = CHART_SIZE.height - 42;
/** Ratio of the extremes above which a logarithmic axis is used. */
const LOGARITHMIC_SPAN = 100;

/** The color of a curve as a variable of the page. */
export function curveColor(color: number): string {
  return `var(--curve-${color % CURVE_COLORS + 1})`;
}

/** Draws a line chart: means as lines, minimum to maximum as bands. */
export function drawChart(chart: Chart): Html {
  const { curves, factor = 1, logarithmic = false } = chart;
  const { name, from } = chart.across ?? { name: "step", from: 0 };
  const buckets = curves.flatMap(({ buckets }) => buckets);
  const least = factor * Math.min(...buckets.map(({ low }) => low));
  const most = factor * Math.max(...buckets.map(({ high }) => high));
  const log = logarithmic && least > 0 && most / least > LOGARITHMIC_SPAN;
  // A single value is drawn in the middle.
  const margin = least === most ? Math.abs(least) / 2 || 1 : 0;
  const y = log
    ? scaleLog([least, most], [BOTTOM, TOP]).nice()
    : scaleLinear([least - margin, most + margin], [BOTTOM, TOP]).nice(5);
  const text = format(chart.format);
  // Only powers of ten: a sparse grid for a logarithmic axis.
  const values = y.ticks(5).filter((tick) => !log || format(".0e")(tick).startsWith("1e"));
  const yLabels = values.map((tick) => ({ text: text(tick), place: y(tick) }));
  const left = labelSpace(yLabels);
  const lastStep = Math.max(...buckets.map(middle));
  const x = scaleLinear([from, Math.max(lastStep, from + 1)], [left, RIGHT]);
  const stepText = format(lastStep < 100_000 ? ",.0f" : "~s");
  const xLabels = x.ticks(5).filter(Number.isInteger)
    .map((tick) => ({ text: stepText(tick), place: x(tick) }));
  const place = {
    x: (bucket: Bucket) => x(middle(bucket)),
    y: (value: number) => y(value * factor),
  };
  const bands = curves.filter(({ buckets }) => buckets.some(({ low, high }) => low < high))
    .map(({ color, buckets }) =>
      element("path", {
        d: area<Bucket>(place.x, ({ low }) => place.y(low), ({ high }) => place.y(high))
          .digits(2)(buckets as Bucket[])!,
        fill: curveColor(color),
        "fill-opacity": ".22",
        // The stroke keeps a single spike in a million points visible.
        stroke: curveColor(color),
        "stroke-opacity": ".5",
        "stroke-width": ".7",
      })
    );
  const lines = curves.map(({ color, buckets }) =>
    element("path", {
      d: line<Bucket>(place.x, (bucket) => place.y(mean(bucket))).digits(2)(buckets as Bucket[])!,
      stroke: curveColor(color),
      "stroke-width": "1.6",
      "stroke-linejoin": "round",
    })
  );
  const marks = curves.filter(({ kind, buckets }) => kind === "marked" || buckets.length === 1)
    .flatMap(({ color, buckets }) =>
      buckets.map((bucket) =>
        element("circle", {
          cx: place.x(bucket),
          cy: place.y(mean(bucket)),
          r: "2.9",
          fill: curveColor(color),
        })
      )
    );
  return svg(CHART_SIZE, [
    ...verticalAxis(yLabels, left),
    ...horizontalAxis(xLabels, { left, right: RIGHT, top: BOTTOM, title: name }),
    ...bands,
    ...lines,
    ...marks,
  ]);
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
  const yLabels = y.ticks(5).map((tick) => ({ text: format("~s")(tick), place: y(tick) }));
  const left = labelSpace(yLabels);
  const x = scaleBand(bars.keys(), [left, RIGHT]).padding(0.14);
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
    ...verticalAxis(yLabels, left),
    ...rectangles,
    ...horizontalAxis(labels, { left, right: RIGHT, top: BOTTOM, title: axis, ticks: false }),
  ]);
}

/** Colors of the map viridis, dark to bright. */
const VIRIDIS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779"]
  .concat("#6ece58", "#b5de2b", "#fde725");
const HEAT_ROW = 13;
const HEAT_FONT = 10;
/** Ratio of the brightest to the darkest color; smaller values are clamped (the gradient of a key bias is only rounding error). */
const HEAT_SPAN = 1e6;
/** Size and number of steps of the legend's gradient. */
const GRADIENT = { width: 220, height: 8, steps: 44 } as const;

/** Draws a heat map at its natural size. */
export function drawHeatMap({ rows, steps, values }: HeatMap): Html {
  const positive = values.flat().filter((value) => value > 0);
  const most = Math.max(...positive);
  const least = Math.max(Math.min(...positive), most / HEAT_SPAN);
  const at = (share: number) => least * (most / least) ** share;
  const anchors = VIRIDIS.map((_, i) => at(i / (VIRIDIS.length - 1)));
  const color = scaleLog<string>(anchors, VIRIDIS).clamp(true);
  const left = 10 + widest(rows, HEAT_FONT), top = 44;
  const width = Math.max(360 / steps.length, 6);
  const right = left + width * steps.length, bottom = top + HEAT_ROW * rows.length;
  const cells = rows.flatMap((_, row) =>
    steps.flatMap((_, column) => {
      const value = values[row][column];
      const [x, y] = [left + column * width, top + row * HEAT_ROW];
      return value > 0
        ? [element("rect", { x, y, width, height: HEAT_ROW, fill: color(value) })]
        : [];
    })
  );
  const names = rows.map((name, row) =>
    element("text", { x: left - 5, y: top + (row + 0.5) * HEAT_ROW, dy: ".34em" }, name)
  );
  const part = GRADIENT.width / GRADIENT.steps;
  const legend = Array.from({ length: GRADIENT.steps }, (_, i) =>
    element("rect", {
      ...{ x: left + i * part, y: 6, width: part + 0.2, height: GRADIENT.height },
      fill: color(at((i + 0.5) / GRADIENT.steps)),
    }));
  const ends = [least, most].map((value, i) =>
    element(
      "text",
      { x: left + i * GRADIENT.width, y: 28, "text-anchor": i === 0 ? "start" : "end" },
      `${Number(value.toPrecision(2))}`,
    )
  );
  const labels = steps.map((step, column) => ({
    text: format(",")(step),
    place: left + (column + 0.5) * width,
  }));
  return svg(
    { width: Math.max(right, left + GRADIENT.width) + 20, height: bottom + 42 },
    [
      ...legend,
      element("g", { fill: "currentColor", "font-size": HEAT_FONT }, ends),
      element("g", { fill: "currentColor", "font-size": HEAT_FONT, "text-anchor": "end" }, names),
      element("g", { "shape-rendering": "crispEdges" }, cells),
      ...horizontalAxis(labels, { left, right, top: bottom, title: "step", ticks: false }),
    ],
    true,
  );
}

const FLAME_WIDTH = 900;
const FLAME_ROW = 26;
/** Colors of the whole step, of its phases, of their parts, and so on. */
const FLAME_COLORS = ["#c9c9c9", "#f3c16b", "#ec9f58", "#df7b4f"];
/** Average width of a letter in pixels. */
const LETTER = 6.5;

/** Draws a flame chart at its natural size: the whole step at the bottom, its parts above. */
export function drawFlame(bars: readonly FlameBar[]): Html {
  const total = Math.max(...bars.map(({ start, milliseconds }) => start + milliseconds));
  const rows = Math.max(...bars.map(({ depth }) => depth)) + 1;
  const left = 10, right = left + FLAME_WIDTH, bottom = 4 + rows * FLAME_ROW;
  const x = scaleLinear([0, total], [left, right]);
  const drawn = bars.map(({ depth, name, start, milliseconds }) => {
    const [from, to] = [x(start), x(start + milliseconds)];
    const top = bottom - (depth + 1) * FLAME_ROW;
    const room = (to - from) / LETTER - 1;
    const text = `${name} ${milliseconds.toPrecision(3)} ms`;
    const label = text.length <= room ? text : name.length <= room ? name : "";
    return [
      element("rect", {
        ...{ x: from, y: top, width: to - from, height: FLAME_ROW },
        fill: FLAME_COLORS[depth % FLAME_COLORS.length],
        stroke: "var(--page)",
      }),
      element("text", {
        ...{ x: (from + to) / 2, y: top + FLAME_ROW / 2, dy: ".34em" },
        ...{ "font-size": 11, "text-anchor": "middle", fill: "#222222" },
      }, label),
    ];
  });
  const labels = x.ticks(8).map((tick) => ({ text: format("~r")(tick), place: x(tick) }));
  return svg(
    { width: FLAME_WIDTH + 30, height: bottom + 42 },
    [
      ...drawn.flat(),
      ...horizontalAxis(labels, { left, right, top: bottom, title: "ms per step" }),
    ],
    true,
  );
}

/** A label of an axis, and its middle in pixels. */
interface Label {
  readonly text: string;
  readonly place: number;
}

/** Font size of labels in pixels. */
const FONT_SIZE = 12;
/** Average width of a character relative to the font size. */
const CHARACTER = 0.56;

function textWidth(text: string, fontSize: number = FONT_SIZE): number {
  return text.length * fontSize * CHARACTER;
}

function widest(texts: readonly string[], fontSize?: number): number {
  return Math.max(...texts.map((text) => textWidth(text, fontSize)));
}

/** Space for labels at the left of a chart in pixels. */
function labelSpace(labels: readonly Label[]): number {
  return 12 + widest(labels.map(({ text }) => text));
}

/** A horizontal axis: labels below `top`, and a title below them. Leaves out labels that would overlap the one before. */
function horizontalAxis(
  labels: readonly Label[],
  { left, right, top, title, ticks = true }: {
    left: number;
    right: number;
    top: number;
    title: string;
    ticks?: boolean;
  },
): Html[] {
  const marks = labels.map(({ place }) => `M${pixel(place)},${pixel(top)}v5`);
  const line = `M${pixel(left)},${pixel(top)}H${pixel(right)}${marks.join("")}`;
  return [
    ...(ticks ? [element("path", { stroke: "var(--grid)", d: line })] : []),
    element("g", { fill: "currentColor", "text-anchor": "middle" }, [
      ...apart(labels).map(({ text, place }) => element("text", { x: place, y: top + 18 }, text)),
      element("text", { x: (left + right) / 2, y: top + 34 }, title),
    ]),
  ];
}

/** Every label, every second, every third … until none overlaps the next. */
function apart(labels: readonly Label[]): readonly Label[] {
  for (let every = 1;; every++) {
    const kept = labels.filter((_, i) => i % every === 0);
    const fit = kept.every(({ text, place }, i) =>
      i === 0 || place - kept[i - 1].place >=
        (textWidth(text) + textWidth(kept[i - 1].text)) / 2 + 8
    );
    if (fit) return kept;
  }
}

/** A vertical axis: grid lines over the width of a chart, with labels at the left. */
function verticalAxis(labels: readonly Label[], left: number): Html[] {
  const every = Math.ceil((FONT_SIZE + 2) * labels.length / (BOTTOM - TOP));
  const lines = labels.map(({ place }) => `M${pixel(left)},${pixel(place)}H${RIGHT}`);
  return [
    element("path", { stroke: "var(--grid)", d: lines.join("") }),
    element(
      "g",
      { fill: "currentColor", "text-anchor": "end" },
      labels.filter((_, i) => i % every === 0).map(({ text, place }) =>
        element("text", { x: left - 6, y: place, dy: ".34em" }, text)
      ),
    ),
  ];
}

/** A drawing. The page sets its size unless it has its natural size; the view box keeps the aspect ratio. */
function svg(
  { width, height }: { width: number; height: number },
  content: readonly Html[],
  natural = false,
): Html {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    ...(natural && { width: w, height: h }),
    viewBox: `0 0 ${w} ${h}`,
    fill: "none",
    "font-family": "system-ui, sans-serif",
    "font-size": 12,
  }, content);
}
