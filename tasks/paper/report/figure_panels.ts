/**
 * The panels of a figure: which curves stand in which.
 *
 * @module
 */
import { type Chart, type ChartCurve } from "../../../src/report/mod.ts";
import type { Column, Row } from "../experiment.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment } from "../result.ts";

/** One panel, and what it lacks. */
export interface Panel {
  /** Its curves: the mean over seeds in a band from the least to the greatest. Null where nothing was measured. */
  readonly chart: Chart | null;
  /** Heading. */
  readonly title: string;
  /** Why curves are absent, by row. */
  readonly missing: readonly { readonly row: string; readonly reason: string }[];
}

/** A panel for each column and group of rows. */
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
  const curves = rows.flatMap((row, color): ChartCurve[] => {
    const cell = cells[color];
    return cell === undefined || cell.curves.length === 0
      ? []
      : [{ label: row.label, color, kind: "line", buckets: bandOf(cell) }];
  });
  const missing = rows.flatMap((row, i) => {
    const reason = cells[i]?.failures[0]?.error ?? cells[i]?.missing;
    return reason === undefined ? [] : [{ row: row.label, reason }];
  });
  if (curves.length === 0) return { chart: null, title, missing };
  const overLayers = column.measure.kind === "curve" && column.measure.curve !== "mlm_accuracy";
  const across = overLayers ? { name: "layer", from: 1 } : { name: "step", from: 0 };
  return { chart: { title, across, curves, format: "~r" }, title, missing };
}

/** Mean and extremes over seeds at each place that all seeds have. */
function bandOf({ curves }: MeasuredCell): ChartCurve["buckets"] {
  const places = curves[0].curve.x.filter((x) => curves.every(({ curve }) => curve.x.includes(x)));
  return places.map((x) => {
    const values = curves.map(({ curve }) => curve.y[curve.x.indexOf(x)]);
    return {
      ...{ first: x, last: x, low: Math.min(...values), high: Math.max(...values) },
      ...{ sum: values.reduce((a, b) => a + b, 0), count: values.length },
    };
  });
}
