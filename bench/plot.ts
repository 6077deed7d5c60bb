/**
 * Plots of benches and of the soak test as SVG files.
 *
 * @module
 */
// @ts-types="npm:@types/d3-format@3.0.4"
import { format } from "d3-format";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear, scaleLog } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.2.0"
import { line } from "d3-shape";
import { element, type Html } from "../src/report/mod.ts";

export interface PlotAxis {
  readonly title: string;
  readonly log?: boolean;
  /** Values with a label; round values if absent. */
  readonly ticks?: readonly number[];
}

/** A line through points, in order. */
export interface PlotLine {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly color: string;
  readonly dashed?: boolean;
  /** Whether to draw the points. */
  readonly marked?: boolean;
}

/** A point with its name. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly color: string;
  /** Shown by viewers that support titles. */
  readonly name: string;
}

/** One plot. */
export interface Panel {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly points?: readonly PlotPoint[];
}

/** Plots next to and below each other. */
export interface Plot {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Number of panels per row. */
  readonly columns: number;
  /** Size of the area of a panel in pixels. */
  readonly size: { readonly width: number; readonly height: number };
  /** Names of colors or dashes. */
  readonly legend?: readonly { readonly name: string; readonly color: string }[];
}

/** Space around the area of a panel for its title and its labels. */
const SPACE = { left: 62, right: 18, top: 26, bottom: 40 };
const HEAD = 30, LEGEND_ROW = 18;
const TEXT = "#333333", GRID = "#dddddd";

/** Draws a plot on a white background. */
export function drawPlot({ title, panels, columns, size, legend = [] }: Plot): string {
  const cell = {
    width: size.width + SPACE.left + SPACE.right,
    height: size.height + SPACE.top + SPACE.bottom,
  };
  const perRow = Math.max(1, Math.floor(columns * cell.width / 150));
  const head = HEAD + Math.ceil(legend.length / perRow) * LEGEND_ROW;
  const width = columns * cell.width;
  const height = head + Math.ceil(panels.length / columns) * cell.height;
  const keys = legend.flatMap(({ name, color }, i) => {
    const x = 12 + (i % perRow) * 150, y = HEAD + Math.floor(i / perRow) * LEGEND_ROW;
    return [
      element("rect", { x, y: y + 2, width: 10, height: 10, fill: color }),
      element("text", { x: x + 15, y: y + 11, fill: TEXT }, name),
    ];
  });
  const drawn = panels.map((panel, i) => {
    const x = (i % columns) * cell.width + SPACE.left;
    const y = head + Math.floor(i / columns) * cell.height + SPACE.top;
    return element("g", { transform: `translate(${x},${y})` }, drawPanel(panel, size));
  });
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    ...{ width, height, viewBox: `0 0 ${width} ${height}` },
    ...{ fill: "none", "font-family": "system-ui, sans-serif", "font-size": 11 },
  }, [
    element("rect", { width, height, fill: "white" }),
    element("text", { x: 12, y: 20, fill: TEXT, "font-size": 13, "font-weight": "600" }, title),
    ...keys,
    ...drawn,
  ]).text;
}

function drawPanel(
  { title, x, y, lines, points = [] }: Panel,
  { width, height }: Plot["size"],
): Html[] {
  const all = [
    ...lines.flatMap(({ points }) => points),
    ...points.map(({ x, y }) => [x, y] as const),
  ];
  const across = scaleOf(x, all.map(([x]) => x), [0, width]);
  const up = scaleOf(y, all.map(([, y]) => y), [height, 0]);
  const ticks = (axis: PlotAxis, scale: ReturnType<typeof scaleOf>) =>
    (axis.ticks ?? roundTicks(axis, scale)).map((value) => ({
      place: scale(value),
      text: format("~s")(value),
    }));
  const xLabels = ticks(x, across), yLabels = ticks(y, up);
  const grid = yLabels.map(({ place }) => `M0,${place.toFixed(1)}H${width}`).join("");
  return [
    element("path", { d: grid, stroke: GRID }),
    element("path", { d: `M0,0V${height}H${width}`, stroke: TEXT }),
    element("text", { x: 0, y: -9, fill: TEXT, "font-weight": "600" }, title),
    element("g", { fill: TEXT, "text-anchor": "middle" }, [
      ...xLabels.map(({ place, text }) => element("text", { x: place, y: height + 15 }, text)),
      element("text", { x: width / 2, y: height + 31 }, x.title),
    ]),
    element("g", { fill: TEXT, "text-anchor": "end" }, [
      ...yLabels.map(({ place, text }) => element("text", { x: -6, y: place, dy: ".34em" }, text)),
    ]),
    element("text", {
      fill: TEXT,
      "text-anchor": "middle",
      transform: `translate(-48,${height / 2}) rotate(-90)`,
    }, y.title),
    ...lines.flatMap((one) => drawLine(one, across, up)),
    ...points.map(({ x, y, color, name }) =>
      element("circle", { cx: across(x), cy: up(y), r: 3.5, fill: color, "fill-opacity": ".8" }, [
        element("title", {}, name),
      ])
    ),
  ];
}

function scaleOf(
  { log = false }: PlotAxis,
  values: readonly number[],
  range: readonly [number, number],
) {
  const least = Math.min(...values), most = Math.max(...values);
  if (log) return scaleLog([least, most > least ? most : least * 10], range);
  return scaleLinear([least, most > least ? most : least + 1], range).nice(5);
}

/** Round values: 1, 2 and 5 times powers of ten on a logarithmic axis of few powers, else powers alone. */
function roundTicks({ log = false }: PlotAxis, scale: ReturnType<typeof scaleOf>): number[] {
  const ticks = scale.ticks(5);
  if (!log) return ticks;
  const [low, high] = scale.domain();
  const digits = high / low > 300 ? /^1e/ : /^[125]e/;
  return ticks.filter((tick) => digits.test(format(".0e")(tick)));
}

function drawLine(
  { points, color, dashed = false, marked = false }: PlotLine,
  across: (value: number) => number,
  up: (value: number) => number,
): Html[] {
  const d = line<readonly [number, number]>(([x]) => across(x), ([, y]) => up(y)).digits(1)(
    points as [number, number][],
  )!;
  return [
    element("path", {
      d,
      stroke: color,
      "stroke-width": "1.4",
      ...(dashed && { "stroke-dasharray": "5 4" }),
    }),
    ...(marked
      ? points.map(([x, y]) => element("circle", { cx: across(x), cy: up(y), r: 2.6, fill: color }))
      : []),
  ];
}
