/**
 * Heat maps and flame charts as SVG.
 *
 * @module
 */
// @ts-types="npm:@types/d3-format@3.0.4"
import { format } from "d3-format";
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear, scaleLog } from "d3-scale";
import { horizontalAxis, svg, widest } from "./axes.ts";
import { element, type Html } from "./html.ts";

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

/** Colors of the map viridis, dark to bright. */
const VIRIDIS = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779"]
  .concat("#6ece58", "#b5de2b", "#fde725");
const HEAT_ROW = 13;
const HEAT_FONT = 10;
/** Least width of all columns in pixels. */
const HEAT_WIDTH = 860;
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
  const width = Math.max(HEAT_WIDTH / steps.length, 6);
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
    {
      class: "map",
      "data-map": JSON.stringify({
        ...{ left, top, width, height: HEAT_ROW, rows, steps },
        values: values.map((row) => row.map((value) => Number(value.toPrecision(3)))),
      }),
    },
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
