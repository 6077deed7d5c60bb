/**
 * Runs, comparisons, curves and tables as results of notebook cells (`deno jupyter`).
 *
 * @module
 */
import { DISPLAY, type Displayed, type MimeBundle } from "../json/mod.ts";
import { runCharts } from "./charts.ts";
import { comparisonPage } from "./comparison_page.ts";
import { formatNumber } from "./format.ts";
import { drawChart } from "./draw.ts";
import { type Html, html } from "./html.ts";
import { figure, page, standAlone } from "./page.ts";
import { runPage } from "./run_page.ts";
import { RunRecord } from "./run_record.ts";
import { describeRun, headlines, progressText, verdictOf } from "./run_summary.ts";
import { axesData, stepAxes } from "./step_axes.ts";

/** Heights of the frames in a notebook, in pixels. */
const PAGE_HEIGHT = 720, CURVE_HEIGHT = 360;

// The report draws records, so a record cannot import it.
Object.defineProperty(RunRecord.prototype, DISPLAY, {
  value(this: RunRecord): MimeBundle {
    return {
      "text/html": frame(runPage(this), PAGE_HEIGHT),
      "text/plain": runText(this),
    };
  },
});

/** A run in words. */
function runText(record: RunRecord): string {
  const { title, text } = verdictOf(record);
  const results = headlines(record).map(({ name, value, baseline }) =>
    `${name}: ${value}${baseline === "" ? "" : ` (${baseline})`}`
  );
  const lines = [record.name, describeRun(record), progressText(record), title, text, ...results];
  return lines.filter((line) => line !== "").join("\n");
}

/** Compares runs; see {@linkcode comparisonPage}. */
export function compareRuns(...records: readonly RunRecord[]): Displayed {
  return {
    [DISPLAY]: () => ({
      "text/html": frame(comparisonPage(records), PAGE_HEIGHT),
      "text/plain": records.map(runText).join("\n\n"),
    }),
  };
}

/**
 * The curves of a quantity of a run: training and every held-out set.
 *
 * @param name a field of `events.jsonl` without `eval_`: `loss_mlm`, `accuracy`, `learning_rate`
 * @throws {RangeError} If the run has not logged the quantity; the message lists those that it has.
 */
export function curve(record: RunRecord, name: string): Displayed {
  const all = (["results", "optimization", "resources"] as const)
    .flatMap((group) => runCharts(record, group));
  const found = all.find((chart) => chart.quantity === name);
  if (found === undefined) {
    throw new RangeError(
      `The run ${record.name} has no curve ${name}; it has ${
        all.map(({ quantity }) => quantity).join(", ")
      }`,
    );
  }
  const axes = stepAxes([record]);
  const body = html`<main data-axes="${axesData(axes)}">${figure(found, axes)}</main>`;
  const svg = standAlone(html`${drawChart(found)}`);
  return {
    [DISPLAY]: () => ({
      "text/html": frame(page(found.title, body), CURVE_HEIGHT),
      "image/svg+xml": svg,
      "text/plain": `${found.title} of ${record.name}`,
    }),
  };
}

/** Rows as a table. The columns are the fields of all rows; fractions and other numbers are rounded to four digits. */
export function table(rows: readonly object[]): Displayed {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) =>
    columns.map((column) => (row as Readonly<Record<string, unknown>>)[column])
  );
  const text = [columns, ...cells.map((row) => row.map(cellText))].map((row) => row.join("\t"));
  return {
    [DISPLAY]: () => ({
      "text/html": tableHtml(columns, cells).text,
      "text/plain": text.join("\n"),
    }),
  };
}

function tableHtml(columns: readonly string[], cells: readonly (readonly unknown[])[]): Html {
  return html`
    <table>
      <thead>
        <tr>${columns.map((name) => html`<th>${name}</th>`)}</tr>
      </thead>
      <tbody>${cells.map((row) =>
        html`<tr>${
          row.map((cell) =>
            html`<td style="text-align:${typeof cell === "number" ? "right" : "left"}">${
              cellText(cell)
            }</td>`
          )
        }</tr>`
      )}</tbody>
    </table>
  `;
}

function cellText(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : `${value}`;
}

/** A page in a frame, which separates its styles from those of the notebook. */
function frame(content: string, height: number): string {
  return html`
    <iframe srcdoc="${content}" style="width:100%;height:${height}px;border:0"
      title="Report"></iframe>
  `.text;
}
