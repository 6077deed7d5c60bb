/**
 * A table as HTML: rules as in print, our numbers above the paper's.
 *
 * @module
 */
import { formatDuration, type Html, html } from "../../../src/report/mod.ts";
import type { Column } from "../experiment.ts";
import type { SeedValue } from "../result.ts";
import { cellNumbers } from "./numbers.ts";
import type { ReportInput } from "./report_input.ts";
import { type CellView, isEmpty, type RowView, type TableView } from "./table_view.ts";

/** Marks added columns and rows. */
const ADDED = html`<sup title="not in the paper’s table">+</sup>`;

/** Draws the table, its footnotes, and the list of its runs. */
export function tableHtml(view: TableView, input: ReportInput): Html {
  const { columns, groups, measured } = view;
  const id = measured.experiment.id;
  const spreads = columns.map((_, i) =>
    Math.max(
      0,
      ...groups.flatMap(({ rows }) => rows.map(({ cells }) => cells[i].spread?.length ?? -2)),
    )
  );
  return html`
    <div class="scroll">
      <table class="printed"><thead><tr><th></th>${columns.map(({ label, added }, i) =>
        html`<th class="n${added ? " added" : ""}" style="--spread:${spreads[i]}">${label}${
          added ? ADDED : ""
        }</th>`
      )}</tr></thead>${groups.map(({ label, rows }) =>
        html`<tbody>${
          label === null ? "" : html`
            <tr class="group">
              <th colspan="${columns.length + 1}"><span>${label}</span></th>
            </tr>
          `
        }${rows.map((row) => tableRow(row, columns, spreads, id, input))}</tbody>`
      )}</table>
    </div>
    ${notes(view)}
    ${runs(view, input)}
  `;
}

/** The row's numbers, and below them the paper's in a separate row. A row that the paper quotes has only the paper's. */
function tableRow(
  { row, label, cells }: RowView,
  columns: readonly Column[],
  spreads: readonly number[],
  id: string,
  input: ReportInput,
): Html {
  const line = (heading: Html, kind: string, content: (cell: CellView, i: number) => Html) =>
    html`<tr class="${kind}"><th scope="row">${heading}</th>${
      cells.map((cell, i) =>
        html`<td class="n${columns[i].added ? " added" : ""}" style="--spread:${spreads[i]}">${
          content(cell, i)
        }</td>`
      )
    }</tr>`;
  const heading = html`${label}${row.added ? ADDED : ""}`;
  const printed = (cell: CellView) =>
    cell.paper === null ? html`` : html`<span class="paper">${cell.paper}</span>`;
  if (cells.every(isEmpty)) return line(heading, "quoted", printed);
  return html`${
    line(heading, "measured", (cell, i) => ours(cell, `${id}-${row.id}-${columns[i].id}`, input))
  }${cells.every(({ paper }) => paper === null) ? "" : line(html`paper`, "printed-row", printed)}`;
}

function ours(cell: CellView, id: string, input: ReportInput): Html {
  const { measured, spread, count, baseline, standIn, failed, marks } = cell;
  const raised = [...(standIn ? ["†"] : []), ...marks];
  const sup = raised.length === 0 ? html`` : html`<sup>${raised.join(",")}</sup>`;
  if (measured === null) {
    if (!failed && marks.length === 0) return html``;
    const text = failed ? html`<span class="failed">failed</span>` : html`–`;
    return html`<span class="ours">${text}${sup}</span>`;
  }
  const href = hrefOf(cell, id, input);
  const number = href === null ? html`${measured}` : html`<a href="${href}">${measured}</a>`;
  const about = [
    ...(count === null ? [] : [`n=${count}`]),
    ...(baseline === null ? [] : [baseline]),
  ];
  return html`<span class="ours">${number}${
    spread === null ? "" : html`<small> ±${spread}</small>`
  }${sup}</span>${about.length === 0 ? "" : html`<span class="about">${about.join(", ")}</span>`}`;
}

/** The number of a single run links to its report, a mean to the list of its runs. */
function hrefOf({ seeds }: CellView, id: string, input: ReportInput): string | null {
  const results = seeds.flatMap(({ result }) => result ?? []);
  if (results.length === 0) return null;
  return results.length === 1 ? input.linkTo(results[0]) : `#runs-${id}`;
}

function notes({ footnotes, standIns, hidden }: TableView): Html {
  const items = [
    ...(hidden.length > 0
      ? [html`<li>Not run: ${hidden.map(({ label }) => label).join("; ")}.</li>`]
      : []),
    ...(standIns.length > 0
      ? [
        html`<li><b>†</b> Measured on stand-ins for the paper’s data: ${standIns.join(", ")}.</li>`,
      ]
      : []),
    ...footnotes.map(({ mark, text }) => html`<li><b>${mark}</b> ${text}</li>`),
  ];
  return items.length === 0 ? html`` : html`<ul class="notes quiet">${items}</ul>`;
}

/** A collapsed list of every run of every cell. */
function runs({ groups, columns, measured }: TableView, input: ReportInput): Html {
  const lines = groups.flatMap(({ rows }) =>
    rows.flatMap(({ row, label, cells }) =>
      cells.flatMap(({ seeds }, i) =>
        seeds.filter(({ result }) => result !== undefined).map((seed, place) => {
          const id = `runs-${measured.experiment.id}-${row.id}-${columns[i].id}`;
          return runLine(label, columns[i], seed, place === 0 ? id : null, input);
        })
      )
    )
  );
  if (lines.length === 0) return html``;
  return html`
    <details class="runs">
      <summary>Runs <small>${lines.length} numbers with their jobs</small></summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Row</th>
              <th>Column</th>
              <th class="n">Seed</th>
              <th class="n">Value</th>
              <th>Job</th>
              <th class="n">Time</th>
            </tr>
          </thead>
          <tbody>${lines}</tbody>
        </table>
      </div>
    </details>
  `;
}

function runLine(
  row: string,
  column: Column,
  { seed, values, result }: SeedValue,
  id: string | null,
  input: ReportInput,
): Html {
  const href = input.linkTo(result!);
  const label = html`${result!.label}`;
  return html`
    <tr${id === null ? html`` : html`
      id="${id}"
    `}>
      <td>${row}</td>
      <td>${column.label}</td>
      <td class="n">${seed}</td>
      <td class="n">${cellNumbers(column.measure, values)}</td>
      <td>${href === null ? label : html`<a href="${href}">${label}</a>`}</td>
      <td class="n">${formatDuration(result!.seconds)}</td>
      </tr>
  `;
}
