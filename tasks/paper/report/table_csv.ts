/**
 * A table as CSV (RFC 4180), a line for each number, for those who compute on.
 *
 * @module
 */
import { paperNumbers } from "../experiment.ts";
import { mean, sampleSpread } from "../statistics/mod.ts";
import type { CellView, TableView } from "./table_view.ts";

const HEADER = [
  ...["experiment", "preset", "group", "row", "column", "metric", "mean", "spread", "seeds"],
  ...["values", "paper", "stand_ins", "note"],
];

/** Writes a table. Numbers are whole, in the units of the columns; several values of a cell are parted by spaces, in order of seeds. */
export function tableCsv(view: TableView): string {
  const { experiment, preset } = view.measured;
  const notes = new Map(view.footnotes.map(({ mark, text }) => [mark, text]));
  const lines = [HEADER];
  for (const { label, rows } of view.groups) {
    for (const { row, cells } of rows) {
      for (const [i, cell] of cells.entries()) {
        const { measure, id } = view.columns[i];
        const names = "metrics" in measure ? measure.metrics : [measure.kind];
        const note = cell.marks.map((mark) => notes.get(mark)).join(" ");
        const paper = paperNumbers(cell.paper ?? "");
        for (const [number, metric] of names.entries()) {
          lines.push([
            ...[experiment.id, preset, label ?? "", row.id, id, metric],
            ...numbers(cell, number),
            paper[number]?.toString() ?? (number === 0 ? cell.paper ?? "" : ""),
            cell.standIn ? view.standIns.join(" ") : "",
            note,
          ]);
        }
      }
    }
  }
  return lines.map((fields) => `${fields.map(quoted).join(",")}\r\n`).join("");
}

/** Mean, spread, number of seeds, and the values. */
function numbers({ seeds, measured }: CellView, number: number): string[] {
  if (seeds.length === 0) return [measured ?? "", "", "0", ""];
  const values = seeds.map((seed) => seed.values[number]).filter((value) => value !== undefined);
  const spread = sampleSpread(values);
  return [
    ...[`${mean(values)}`, spread === null ? "" : `${spread}`, `${values.length}`],
    values.join(" "),
  ];
}

/** A field that holds a comma, a quote or a line break stands in quotes; a quote is doubled. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
