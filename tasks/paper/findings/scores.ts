/**
 * The numbers that a claim compares, run by run, and the paper's beside them.
 *
 * @module
 */
import { type Column, type Experiment, paperNumbers, type Row } from "../experiment.ts";
import { cellOf, type Curve, type MeasuredCell, type MeasuredExperiment } from "../result.ts";
import { mean } from "../statistics/mod.ts";
import type { Score } from "./claim.ts";

/** One row's numbers for one score. */
export interface Scored {
  /** By seed. */
  readonly bySeed: ReadonlyMap<number, number>;
  /** The paper's, over the same columns; null where it prints none. */
  readonly paper: number | null;
  /** The cells they came from. */
  readonly cells: readonly MeasuredCell[];
}

/** The columns of an experiment that a score is made of. */
export function columnsOf({ columns }: Experiment, score: Score): Column[] {
  return columns.filter(({ measure }) => {
    switch (score.kind) {
      case "downstream":
        return measure.kind === "finetune" &&
          (score.benchmarks === undefined || score.benchmarks.includes(measure.benchmark));
      case "intrinsic":
        return measure.kind === "intrinsic" && measure.metrics.includes(score.metric);
      case "curve":
        return measure.kind === "curve" && measure.curve === score.curve;
      case "parameters":
        return measure.kind === "parameters" && measure.size === "paper";
      case "traffic":
        return measure.kind === "cost" && measure.of === "traffic";
      case "speed-up":
        return measure.kind === "speed-up";
    }
  });
}

/** Whether a cell holds something to compare. */
export function hasNumbers(cell: MeasuredCell | undefined): boolean {
  return cell !== undefined && (cell.seeds.length > 0 || cell.curves.length > 0);
}

/** Reads a row's score over the given columns: of each seed that all of them have. */
export function scoreRow(
  measured: MeasuredExperiment,
  row: Row,
  score: Score,
  columns: readonly Column[],
): Scored {
  const cells = columns.flatMap(({ id }) => cellOf(measured, row.id, id) ?? []);
  const values = cells.map((cell) => valuesOf(cell, score));
  const seeds = [...(values[0]?.keys() ?? [])].filter((seed) => values.every((v) => v.has(seed)));
  const printed = columns.map((column) => paperValue(row, column, score));
  return {
    bySeed: new Map(seeds.map((seed) => [seed, mean(values.map((v) => v.get(seed)!))])),
    paper: printed.length === 0 || printed.includes(null) ? null : mean(printed as number[]),
    cells,
  };
}

function valuesOf(cell: MeasuredCell, score: Score): ReadonlyMap<number, number> {
  if (score.kind === "curve") {
    return new Map(
      cell.curves.map(({ seed, curve }) => [seed, curveFeature(curve, score.feature)]),
    );
  }
  const over = score.kind === "intrinsic" ? score.over : undefined;
  return new Map(
    cell.seeds.flatMap(({ seed, values, result }) => {
      const value = oneNumber(values, cell.column, score);
      if (over === undefined) return [[seed, value]];
      const floor = result?.metrics[over];
      return floor === undefined ? [] : [[seed, value - floor]];
    }),
  );
}

function oneNumber(values: readonly number[], { measure }: Column, score: Score): number {
  return score.kind === "intrinsic" && measure.kind === "intrinsic"
    ? values[measure.metrics.indexOf(score.metric)]
    : mean(values);
}

function paperValue(row: Row, column: Column, score: Score): number | null {
  if (score.kind === "intrinsic" && score.over !== undefined) return null;
  const numbers = paperNumbers(row.paper[column.id] ?? "");
  if (numbers.length === 0) return null;
  // Of `86.0 (88.2/85.1)` the first is the mean of the others.
  const { measure } = column;
  if (measure.kind === "finetune") return mean(numbers.slice(0, measure.metrics.length));
  return oneNumber(numbers, column, score);
}

/** The mean size of a curve's changes from point to point, or its last value. */
export function curveFeature({ y }: Curve, feature: "roughness" | "end"): number {
  if (feature === "end") return y.at(-1) ?? NaN;
  return mean(y.slice(1).map((value, i) => Math.abs(value - y[i])));
}
