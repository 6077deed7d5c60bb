/**
 * Bars within bars, in Vega-Lite's words.
 *
 * @module
 */
import { CHART_CONFIG } from "./chart_specs.ts";

/** A part of a step's time. */
export interface FlameBar {
  /** 0 for the whole. */
  readonly depth: number;
  /** What it is called. */
  readonly name: string;
  /** Milliseconds from the left. */
  readonly start: number;
  /** Its width. */
  readonly milliseconds: number;
}

const WIDTH = 900;
const ROW_HEIGHT = 26;
/** Pixels that a letter takes. */
const LETTER = 6.5;

/** The whole at the bottom, its parts above it. */
export function flameSpec(bars: readonly FlameBar[]): unknown {
  const total = Math.max(...bars.map(({ start, milliseconds }) => start + milliseconds));
  const rows = Math.max(...bars.map(({ depth }) => depth)) + 1;
  const values = bars.map(({ depth, name, start, milliseconds }) => {
    const room = milliseconds / total * WIDTH / LETTER - 1;
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
    title: "ms a step",
    scale: { domain: [0, total], nice: false },
    axis: { tickCount: 8, grid: false },
  });
  return {
    width: WIDTH,
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
