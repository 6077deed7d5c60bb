/**
 * Figures and tables of them for a terminal.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";

/** A number with three figures. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Columns padded to `widths`, numbers to the right. */
export function tableLine(cells: readonly (string | number)[], widths: readonly number[]): string {
  return cells.map((cell, i) =>
    typeof cell === "number" ? figure(cell).padStart(widths[i]) : cell.padEnd(widths[i])
  ).join("  ").trimEnd();
}

/** The middle one of an odd number of values; of an even number, the upper of the middle two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The drawing as text. */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new vega.View(vega.parse(lite.compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
