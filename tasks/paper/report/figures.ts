/**
 * The figures: their panels as charts, and a figure as a standalone SVG file.
 *
 * @module
 */
import {
  type Chart,
  CHART_SIZE,
  type ChartCurve,
  curveColor,
  drawChart,
  type Html,
  html,
  standAlone,
} from "../../../src/report/mod.ts";
import type { Column, Row } from "../experiment.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment } from "../result.ts";
import { estimateMean, MIN_SEEDS } from "../statistics.ts";

/** A panel of a figure. */
export interface Panel {
  /** Curves of the means over seeds, with a band; null if nothing was measured. */
  readonly chart: Chart | null;
  readonly title: string;
  /** Rows without a curve, with the reason. */
  readonly missing: readonly { readonly row: string; readonly reason: string }[];
}

/** Creates a panel for each column and group of rows. */
export function figurePanels(measured: MeasuredExperiment): Panel[] {
  const { rows, columns } = measured.experiment;
  const groups = [...new Set(rows.map(({ group }) => group))];
  return columns.flatMap((column) =>
    groups.map((group) => panel(measured, column, rows.filter((row) => row.group === group), group))
  );
}

function panel(
  measured: MeasuredExperiment,
  column: Column,
  rows: readonly Row[],
  group: string | undefined,
): Panel {
  const title = group === undefined ? column.label : `${group}: ${column.label}`;
  const cells = rows.map((row) => cellOf(measured, row.id, column.id));
  const overLayers = column.measure.kind === "curve" && column.measure.curve !== "mlm_accuracy";
  const curves = rows.flatMap((row, color): ChartCurve[] => {
    const cell = cells[color];
    return cell === undefined || cell.curves.length === 0 ? [] : [{
      label: overLayers
        ? `${row.label}, here ${layersOf(cell)} layers`
        : row.label.replace(/^W\/o /, "without ").replace(/^W /, "with "),
      color,
      // A line between layers would suggest values that do not exist.
      kind: overLayers ? "marked" : "line",
      buckets: bandOf(cell),
    }];
  });
  const missing = rows.flatMap((row, i) => {
    const reason = cells[i]?.failures[0]?.error ?? cells[i]?.missing;
    return reason === undefined ? [] : [{ row: row.label, reason }];
  });
  if (curves.length === 0) return { chart: null, title, missing };
  const across = overLayers ? { name: "layer", from: 1 } : { name: "step", from: 0 };
  const chart = {
    ...{ title: `${title}${overLayers ? "" : " (%)"}`, across, curves, format: "~r" },
    includes: [0],
    note: seedsText(cells),
  };
  return { chart, title, missing };
}

/** Number of layers of the net that was measured, which is smaller than the paper's. */
function layersOf({ curves }: MeasuredCell): number {
  return Math.max(...curves.map(({ curve }) => curve.x.length));
}

/** `mean of 3 seeds, band: its 95% interval`. */
function seedsText(cells: readonly (MeasuredCell | undefined)[]): string {
  const counts = cells.flatMap((cell) =>
    cell === undefined || cell.curves.length === 0 ? [] : [cell.curves.length]
  );
  const least = Math.min(...counts), most = Math.max(...counts);
  if (most === 1) return "1 seed each, so small differences may be noise";
  const seeds = least === most ? `${most} seeds` : `${least} to ${most} seeds`;
  return least < MIN_SEEDS
    ? `mean of ${seeds}, band from minimum to maximum`
    : `mean of ${seeds}, band: its 95% interval`;
}

/** Mean over seeds at each x that all seeds have, with its 95% interval, or the range of less than three seeds. */
function bandOf({ curves }: MeasuredCell): ChartCurve["buckets"] {
  const places = curves[0].curve.x.filter((x) => curves.every(({ curve }) => curve.x.includes(x)));
  return places.map((x) => {
    const values = curves.map(({ curve }) => curve.y[curve.x.indexOf(x)]);
    const range = { low: Math.min(...values), high: Math.max(...values) };
    const { low, high } = values.length < MIN_SEEDS
      ? range
      : estimateMean(values).interval ?? range;
    return {
      ...{ first: x, last: x, low, high },
      ...{ sum: values.reduce((a, b) => a + b, 0), count: values.length },
    };
  });
}

const { width: WIDTH, height: HEIGHT } = CHART_SIZE;
/** Space above the chart for title and legend. */
const HEAD = 62;
const GAP = 16;

/** Draws the panels side by side as an SVG file with a transparent background; its colors follow the viewer's color scheme. */
export function figureSvg(title: string, panels: readonly Panel[]): string {
  const width = panels.length * (WIDTH + GAP) - GAP;
  const drawn = panels.map((panel, i) => place(panel, i * (WIDTH + GAP)));
  return standAlone(html`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEAD + HEIGHT}"
      viewBox="0 0 ${width} ${HEAD + HEIGHT}" font-family="system-ui, sans-serif" font-size="12"
      color="var(--quiet)"><title>${title}</title>
    ${drawn}</svg>
  `).trimStart();
}

function place({ chart, title, missing }: Panel, x: number): Html {
  const heading = html`<text x="${
    x + 8
  }" y="16" font-size="14" font-weight="600" fill="var(--text)">${chart?.title ?? title}</text>`;
  if (chart === null) {
    const reason = missing[0]?.reason ?? "Nothing was measured.";
    return html`${heading}<text x="${x + 8}" y="${HEAD + 20}" fill="var(--quiet)">${reason}</text>`;
  }
  let along = x + 8, down = 0;
  const keys = chart.curves.map(({ label, color }) => {
    // The approximate width of the text; SVG text cannot be measured without a browser.
    const width = 34 + 6.6 * label.length;
    if (along + width > x + WIDTH && along > x + 8) [along, down] = [x + 8, down + 16];
    const start = along;
    along += width;
    return html`
      <rect x="${start}" y="${29 + down}" width="14" height="3" rx="1.5" fill="${curveColor(
        color,
      )}" />
      <text x="${start + 20}" y="${34 + down}" fill="var(--quiet)">${label}</text>
    `;
  });
  const note = html`<text x="${x + 8}" y="${
    down === 0 ? 52 : HEAD
  }" font-size="11" fill="var(--quiet)">${chart.note ?? ""}</text>`;
  return html`
    ${heading}${keys}${note}<svg x="${x}" y="${HEAD}" width="${WIDTH}"
      height="${HEIGHT}">${drawChart(chart)}</svg>
  `;
}
