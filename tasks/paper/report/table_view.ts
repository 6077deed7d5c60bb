/**
 * The content of a table, independent of the output format: texts of cells, marks and footnotes.
 *
 * @module
 */
import type { Column, Row } from "../experiment.ts";
import { cellOf, type MeasuredCell, type MeasuredExperiment, type SeedValue } from "../result.ts";
import { mean, sampleSpread } from "../statistics.ts";
import { labelAtSize } from "./size_text.ts";
import { cellNumbers, columnNumber } from "./numbers.ts";

export interface CellView {
  /** The mean over seeds, such as `45.2/33.1`; null if nothing was measured. */
  readonly measured: string | null;
  /** The standard deviation over seeds, such as `0.4/0.5`; null for a single seed and for counted cells. */
  readonly spread: string | null;
  /** Number of seeds behind a measured number; null for counted cells and without a number. */
  readonly count: number | null;
  /** What the number must exceed to show that something was learned: `cue 60.8`; null if the column has no such baseline. */
  readonly baseline: string | null;
  /** The paper's number as printed; null if it does not print one. */
  readonly paper: string | null;
  /** Whether the number was measured on a stand-in for the paper's data. */
  readonly standIn: boolean;
  /** Whether a job of the cell failed. */
  readonly failed: boolean;
  /** Marks of its footnotes. */
  readonly marks: readonly string[];
  /** The values behind the number. */
  readonly seeds: readonly SeedValue[];
}

/** Whether a cell has nothing but the paper's number. */
export function isEmpty({ measured, failed, marks }: CellView): boolean {
  return measured === null && !failed && marks.length === 0;
}

/** A row with its cells. */
export interface RowView {
  readonly row: Row;
  /** The row's label, with the preset's size if the label names the paper's. */
  readonly label: string;
  /** In order of columns. */
  readonly cells: readonly CellView[];
}

/** Consecutive rows with the same heading. */
export interface GroupView {
  /** Null for rows without heading. */
  readonly label: string | null;
  readonly rows: readonly RowView[];
}

/** A table. Columns in which nothing was measured and nothing failed are hidden. */
export interface TableView {
  readonly measured: MeasuredExperiment;
  /** The paper's columns in its order, then added ones. */
  readonly columns: readonly Column[];
  readonly hidden: readonly Column[];
  readonly groups: readonly GroupView[];
  readonly footnotes: readonly { readonly mark: string; readonly text: string }[];
  /** Parts of the data that are stand-ins, sorted. */
  readonly standIns: readonly string[];
}

/** Computes the content of a table. */
export function tableView(measured: MeasuredExperiment): TableView {
  const { rows, columns } = measured.experiment;
  const footnotes = new Footnotes();
  const groups: { label: string | null; rows: RowView[] }[] = [];
  for (const row of rows) {
    const at = (text: string) => labelAtSize(text, row.variation, measured.preset);
    const label = row.group === undefined ? null : at(row.group);
    if (groups.at(-1)?.label !== label || groups.length === 0) groups.push({ label, rows: [] });
    const cells = columns.map((column) =>
      cellView(cellOf(measured, row.id, column.id), row, column, footnotes)
    );
    groups.at(-1)!.rows.push({ row, label: at(row.label), cells });
  }
  const baselines = baselineRows(measured);
  if (baselines.length > 0) groups.push({ label: "Baselines on the same rows", rows: baselines });
  const standIns = new Set(measured.cells.flatMap((cell) => cell.standIns));
  return withoutEmptyColumns({
    ...{ measured, columns, hidden: [], groups },
    ...{ footnotes: footnotes.list, standIns: [...standIns].sort() },
  });
}

/** Hides columns in which nothing was measured and nothing failed, and the footnotes that only they use. All columns stay if all are empty. */
function withoutEmptyColumns(view: TableView): TableView {
  const rows = view.groups.flatMap(({ rows }) => rows);
  const isUsed = view.columns.map((_, i) =>
    rows.some(({ cells }) => cells[i].measured !== null || cells[i].failed)
  );
  if (!isUsed.includes(true)) return view;
  const kept = <T>(items: readonly T[]) => items.filter((_, i) => isUsed[i]);
  const footnotes = new Footnotes();
  const texts = new Map(view.footnotes.map(({ mark, text }) => [mark, text]));
  const renamed = (cell: CellView): CellView => ({
    ...cell,
    marks: cell.marks.map((mark) => footnotes.mark(texts.get(mark)!)),
  });
  const groups = view.groups.map(({ label, rows }) => ({
    label,
    rows: rows.map((row) => ({ ...row, cells: kept(row.cells).map(renamed) })),
  }));
  return {
    ...view,
    groups,
    columns: kept(view.columns),
    hidden: view.columns.filter((_, i) => !isUsed[i]),
    footnotes: footnotes.list,
  };
}

function cellView(
  cell: MeasuredCell | undefined,
  row: Row,
  column: Column,
  footnotes: Footnotes,
): CellView {
  const paper = cell?.paper ?? row.paper[column.id] ?? null;
  const seeds = cell?.seeds ?? [];
  const marks = cell === undefined ? [] : reasons(cell).map((text) => footnotes.mark(text));
  return {
    measured: seeds.length > 0 ? meanText(column, seeds) : cell?.text ?? null,
    spread: spreadText(column, seeds),
    count: seeds.some(({ result, seed }) => result !== undefined || seed !== 0)
      ? seeds.length
      : null,
    baseline: baselineText(column, seeds),
    paper,
    standIn: seeds.length > 0 && (cell?.standIns.length ?? 0) > 0,
    failed: (cell?.failures.length ?? 0) > 0,
    marks: [...new Set(marks)],
    seeds,
  };
}

/** Baselines of intrinsic metrics by their names in tables. The results contain them. */
const BASELINES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mlm_accuracy: { unigram: "unigram_accuracy" },
  nsp_accuracy: { cue: "nsp_cue", majority: "nsp_majority" },
  sop_accuracy: { cue: "sop_cue", majority: "sop_majority" },
};

/** What the names of baselines mean, for readers. */
export const BASELINE_NAMES =
  "cue: a logistic regression on lengths and cuts, or majority: always the most frequent label, whichever is better; unigram: always the most frequent token";

function baselineText({ measure }: Column, seeds: readonly SeedValue[]): string | null {
  if (measure.kind !== "intrinsic" || seeds.length === 0) return null;
  const [metric] = measure.metrics;
  if (/_uncut_accuracy$/.test(metric)) return "chance 50.0";
  const found = Object.entries(BASELINES[metric] ?? {}).flatMap(([name, baseline]) => {
    const value = seeds[0].result?.metrics[baseline];
    return value === undefined ? [] : [{ name, value }];
  });
  // A constant answer may be better than one from lengths and cuts.
  const best = found.toSorted((a, b) => b.value - a.value).at(0);
  return best === undefined ? null : `${best.name} ${columnNumber(measure, best.value)}`;
}

/** Whether a column has results on the development set, which is also that of the baselines. */
function isOfDevSet({ measure }: Column): boolean {
  return measure.kind === "finetune" && !measure.metrics.some((name) => name.endsWith("_test"));
}

/** Rows with what the most frequent class and a bag of words reach on the same rows, if a column has been fine-tuned on texts with classes. */
function baselineRows({ experiment, cells }: MeasuredExperiment): RowView[] {
  const names = [["majority", "Most frequent class"], ["bag_of_words", "Bag of words"]] as const;
  return names.flatMap(([metric, label]) => {
    const row = { id: metric.replaceAll("_", "-"), label, added: true, paper: {} };
    const filled = experiment.columns.map((column): CellView => {
      const measured = !isOfDevSet(column) ? undefined : cells
        .filter((cell) => cell.column === column)
        .flatMap(({ seeds }) => seeds.flatMap(({ result }) => result?.metrics[metric] ?? []))
        .at(0);
      return {
        ...{ spread: null, count: null, baseline: null, paper: null, standIn: false },
        ...{ failed: false, marks: [], seeds: [] },
        measured: measured === undefined ? null : columnNumber(column.measure, measured),
      };
    });
    return filled.some(({ measured }) => measured !== null) ? [{ row, label, cells: filled }] : [];
  });
}

/** Why a cell is empty or incomplete; cells of quoted rows have no reasons. */
function reasons({ missing, failures }: MeasuredCell): string[] {
  const failed = failures.map(({ label, error, log }) => `Failed: ${label}: ${error} (${log})`);
  return missing === undefined ? failed : [...failed, missing];
}

function meanText({ measure }: Column, seeds: readonly SeedValue[]): string {
  return cellNumbers(measure, perNumber(seeds, mean));
}

function spreadText({ measure }: Column, seeds: readonly SeedValue[]): string | null {
  return seeds.length < 2 ? null : cellNumbers(measure, perNumber(seeds, sampleSpread));
}

/** Computes each number of a cell over the seeds that have it. */
function perNumber(
  seeds: readonly SeedValue[],
  compute: (values: readonly number[]) => number | null,
): (number | null)[] {
  return seeds[0].values.map((_, i) => {
    const present = seeds.flatMap(({ values }) => values[i] ?? []);
    return present.length === 0 ? null : compute(present);
  });
}

/** Assigns marks (a, b … z, aa, ab …) to texts. */
class Footnotes {
  readonly #marks = new Map<string, string>();

  /** Returns the mark of a text; equal texts share a mark. */
  mark(text: string): string {
    let mark = this.#marks.get(text);
    if (mark === undefined) this.#marks.set(text, mark = letters(this.#marks.size));
    return mark;
  }

  /** In order of first use. */
  get list(): { readonly mark: string; readonly text: string }[] {
    return [...this.#marks].map(([text, mark]) => ({ mark, text }));
  }
}

function letters(index: number): string {
  const last = String.fromCharCode(97 + index % 26);
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
