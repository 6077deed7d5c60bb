/**
 * The rows and numbers that a claim compares, as measured and as printed in the paper.
 *
 * @module
 */
import {
  type Column,
  type Experiment,
  type PaperModel,
  paperNumbers,
  type Row,
  type Variation,
} from "../experiment.ts";
import {
  cellOf,
  completeValues,
  type Curve,
  type MeasuredCell,
  type MeasuredExperiment,
  type PlannedSeed,
  type SeedValue,
} from "../result.ts";
import { mean } from "../statistics.ts";
import type { RowPattern, Score } from "./claim.ts";

/** The values of fields that a row does not vary (Table 1, §4.1). */
const DEFAULTS: Readonly<Record<PaperModel, RowPattern>> = {
  "bert-base": bert(12, 768),
  "bert-large": bert(24, 1024),
  "albert-base": albert(12, 768, 0.1),
  "albert-large": albert(24, 1024, 0.1),
  "albert-xlarge": albert(24, 2048, 0.1),
  "albert-xxlarge": albert(12, 4096, 0),
};

function bert(layers: number, hiddenSize: number): RowPattern {
  const own = { layers, hiddenSize, embeddingSize: hiddenSize, dropout: 0.1, extraData: false };
  return { ...own, share: "none", pairObjective: "nsp" };
}

function albert(layers: number, hiddenSize: number, dropout: number): RowPattern {
  const own = { layers, hiddenSize, embeddingSize: 128, dropout, extraData: false };
  return { ...own, share: "all", pairObjective: "sop" };
}

/** Finds the first row of an experiment that matches a pattern. */
export function findRow({ rows }: Experiment, pattern: RowPattern): Row | undefined {
  return rows.find(({ variation }) => variation !== undefined && matches(variation, pattern));
}

function matches(variation: Variation, pattern: RowPattern): boolean {
  const all = { ...DEFAULTS[variation.model], ...variation };
  return (Object.keys(pattern) as (keyof Variation)[]).every((key) => all[key] === pattern[key]);
}

/** One row's numbers for one score. */
export interface Scored {
  readonly bySeed: ReadonlyMap<number, number>;
  /** The paper's number over the same columns; null if it does not print one. */
  readonly paper: number | null;
  /** The cells that the numbers come from. */
  readonly cells: readonly MeasuredCell[];
}

/** The columns of an experiment that contribute to a score. */
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
      case "memory":
        return measure.kind === "cost" && measure.of === score.kind;
      case "speed-up":
        return measure.kind === "speed-up";
    }
  });
}

/** Whether a cell has measured numbers. */
export function hasNumbers(cell: MeasuredCell | undefined): boolean {
  return cell !== undefined &&
    (cell.curves.length > 0 || cell.seeds.some((seed) => completeValues(seed) !== null));
}

/** Scores a row over the given columns, for each seed that all of them have. */
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

/** The seeds of a comparison: how many all compared cells were to have, and how many of them failed. */
export interface SeedCounts {
  readonly planned: number;
  readonly failed: number;
  /** Those of the failed ones whose training diverged. */
  readonly diverged: number;
}

/** Counts the seeds that all cells of a comparison were to have; if they have none in common, those of any. None if a compared row is not part of the run. */
export function seedCounts(cells: readonly MeasuredCell[]): SeedCounts {
  const run = cells.filter(({ planned = [] }) => planned.length > 0);
  const isPartOfRun = (row: string) => run.some((cell) => cell.row.id === row);
  const all = cells.every(({ row, planned }) => planned === undefined || isPartOfRun(row.id));
  const plans = all ? run.map(({ planned }) => planned!) : [];
  const [first = []] = plans;
  const shared = first.filter(({ seed }) =>
    plans.every((plan) => plan.some((each) => each.seed === seed))
  );
  const counted = new Set((shared.length > 0 ? shared : plans.flat()).map(({ seed }) => seed));
  const count = (isCounted: (failed: PlannedSeed["failed"]) => boolean) =>
    [...counted].filter((seed) =>
      plans.some((plan) => plan.some((each) => each.seed === seed && isCounted(each.failed)))
    ).length;
  return {
    planned: counted.size,
    failed: count((failed) => failed !== undefined),
    diverged: count((failed) => failed === "diverged"),
  };
}

function valuesOf(cell: MeasuredCell, score: Score): ReadonlyMap<number, number> {
  const over = score.kind === "intrinsic" || score.kind === "curve" ? score.over : undefined;
  if (score.kind === "curve") {
    return new Map(
      cell.curves.flatMap(({ seed, curve, result }) => {
        const floor = over === undefined ? 0 : result.metrics[over];
        const value = curveFeature(curve, score.feature);
        return floor === undefined ? [] : [[seed, value - floor]];
      }),
    );
  }
  return new Map(
    cell.seeds.flatMap(({ seed, values, result }) => {
      const value = oneNumber(values, cell.column, score);
      if (value === null) return [];
      if (over === undefined) return [[seed, value]];
      const floor = typeof over === "number" ? over : result?.metrics[over];
      return floor === undefined ? [] : [[seed, value - floor]];
    }),
  );
}

function oneNumber(
  values: SeedValue["values"],
  { measure }: Column,
  score: Score,
): number | null {
  if (score.kind === "intrinsic" && measure.kind === "intrinsic") {
    return values[measure.metrics.indexOf(score.metric)];
  }
  const all = completeValues({ values });
  return all && mean(all);
}

function paperValue(row: Row, column: Column, score: Score): number | null {
  if (score.kind === "intrinsic" && score.over !== undefined) return null;
  const numbers = paperNumbers(row.paper[column.id] ?? "");
  if (numbers.length === 0) return null;
  // The first number of `86.0 (88.2/85.1)` is the mean of the others.
  const { measure } = column;
  if (measure.kind === "finetune") return mean(numbers.slice(0, measure.metrics.length));
  return oneNumber(numbers, column, score);
}

/** The mean absolute change of a curve from point to point, or its last value. */
function curveFeature({ y }: Curve, feature: "roughness" | "end"): number {
  if (feature === "end") return y.at(-1) ?? NaN;
  return mean(y.slice(1).map((value, i) => Math.abs(value - y[i])));
}
