/**
 * A table as it is shown, whatever it is written in: texts of cells, marks and notes.
 *
 * @module
 */
import type { Column, Row } from "../experiment.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment, type SeedValue } from "../result.ts";
import { mean, sampleSpread } from "../statistics/mod.ts";
import { Footnotes } from "./footnotes.ts";
import { columnNumber } from "./numbers.ts";

/** A cell's texts. */
export interface CellView {
  /** `45.2/33.1`; null where nothing was measured. */
  readonly measured: string | null;
  /** `0.4/0.5`, over seeds; null for one seed and for what is counted. */
  readonly spread: string | null;
  /** The paper's number as it prints it; null where it prints none. */
  readonly paper: string | null;
  /** Whether a stand-in for the paper's data is behind the number. */
  readonly standIn: boolean;
  /** Whether a job of it failed. */
  readonly failed: boolean;
  /** Marks of the notes that belong to it. */
  readonly marks: readonly string[];
  /** Behind the number. */
  readonly seeds: readonly SeedValue[];
}

/** A row's label and cells. */
export interface RowView {
  /** Whose label. */
  readonly row: Row;
  /** In the order of columns. */
  readonly cells: readonly CellView[];
}

/** Rows under one heading. */
export interface GroupView {
  /** Null for rows without a heading. */
  readonly label: string | null;
  /** In the paper's order. */
  readonly rows: readonly RowView[];
}

/** A table, ready to be written. */
export interface TableView {
  /** What it shows. */
  readonly measured: MeasuredExperiment;
  /** In the paper's order, added ones last. */
  readonly columns: readonly Column[];
  /** All rows. */
  readonly groups: readonly GroupView[];
  /** What the marks say. */
  readonly footnotes: readonly { readonly mark: string; readonly text: string }[];
  /** What stands in for the paper's data, sorted. */
  readonly standIns: readonly string[];
}

/** Lays a table out. Rows of one group that follow each other stand under one heading. */
export function tableView(measured: MeasuredExperiment): TableView {
  const { rows, columns } = measured.experiment;
  const footnotes = new Footnotes();
  const groups: { label: string | null; rows: RowView[] }[] = [];
  for (const row of rows) {
    const label = row.group ?? null;
    if (groups.at(-1)?.label !== label || groups.length === 0) groups.push({ label, rows: [] });
    const cells = columns.map((column) =>
      cellView(cellOf(measured, row.id, column.id), row, column, footnotes)
    );
    groups.at(-1)!.rows.push({ row, cells });
  }
  const standIns = new Set(measured.cells.flatMap((cell) => cell.standIns));
  return { measured, columns, groups, footnotes: footnotes.list, standIns: [...standIns].sort() };
}

function cellView(
  cell: MeasuredCell | undefined,
  row: Row,
  column: Column,
  footnotes: Footnotes,
): CellView {
  const paper = row.paper[column.id] ?? null;
  const seeds = cell?.seeds ?? [];
  const marks = cell === undefined ? [] : reasons(cell).map((text) => footnotes.mark(text));
  return {
    measured: seeds.length > 0 ? meanText(column, seeds) : cell?.text ?? null,
    spread: spreadText(column, seeds),
    paper,
    standIn: seeds.length > 0 && (cell?.standIns.length ?? 0) > 0,
    failed: (cell?.failures.length ?? 0) > 0,
    marks: [...new Set(marks)],
    seeds,
  };
}

/** Why a cell is empty or incomplete. Rows that the paper quotes from others are not missing. */
function reasons({ missing, failures }: MeasuredCell): string[] {
  const failed = failures.map(({ label, error, log }) => `Failed: ${label}: ${error} (${log})`);
  return missing === undefined ? failed : [...failed, missing];
}

function meanText({ measure }: Column, seeds: readonly SeedValue[]): string {
  return perNumber(seeds, (values) => columnNumber(measure, mean(values)));
}

function spreadText({ measure }: Column, seeds: readonly SeedValue[]): string | null {
  return seeds.length < 2
    ? null
    : perNumber(seeds, (values) => columnNumber(measure, sampleSpread(values)!));
}

/** One text for each number of a cell, with a stroke between them. */
function perNumber(
  seeds: readonly SeedValue[],
  text: (values: readonly number[]) => string,
): string {
  return seeds[0].values.map((_, i) => text(seeds.map(({ values }) => values[i]))).join("/");
}
