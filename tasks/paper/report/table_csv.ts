/**
 * A table as CSV (RFC 4180), one line per number.
 *
 * @module
 */
import { tableField } from "../../../src/json/mod.ts";
import { paperNumbers } from "../experiment.ts";
import { mean, sampleSpread } from "../statistics.ts";
import type { CellView, TableView } from "./table_view.ts";

const HEADER = [
  ...["experiment", "preset", "group", "row", "column", "metric", "mean", "spread", "seeds"],
  ...["values", "paper", "stand_ins", "note"],
];

/** Formats a table. Numbers have full precision and the unit of their column; the values of a cell are separated by spaces, in order of seeds. */
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
  return lines.map((fields) => `${fields.map((field) => tableField(field)).join(",")}\r\n`).join(
    "",
  );
}

/** Mean, standard deviation, number of seeds, and values. */
function numbers({ seeds, measured }: CellView, number: number): string[] {
  const values = seeds.flatMap((seed) => seed.values[number] ?? []);
  if (values.length === 0) return [seeds.length === 0 ? measured ?? "" : "", "", "0", ""];
  const spread = sampleSpread(values);
  return [
    ...[`${mean(values)}`, spread === null ? "" : `${spread}`, `${values.length}`],
    values.join(" "),
  ];
}
