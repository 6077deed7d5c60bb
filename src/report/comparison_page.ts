/**
 * The comparison of several runs.
 *
 * @module
 */
import { comparisonCharts } from "./charts.ts";
import { formatField } from "./format.ts";
import { type Html, html } from "./html.ts";
import { figures, legendEntry, page } from "./page.ts";
import type { RunRecord } from "./run_record.ts";
import { differences, runFacts } from "./run_settings.ts";

/** Facts shown even if all runs agree. */
const FACTS = ["Steps", "Training time", "Training tokens", "Parameters", "Model", "Device"];

/**
 * Draws two or more runs as one self-contained HTML page: overlaid curves, latest evaluations, and the settings that differ. Runs with equal names are
 * numbered.
 */
export function comparisonPage(records: readonly RunRecord[]): string {
  const names = distinctNames(records.map(({ name }) => name));
  const charts = comparisonCharts(records).map((chart) => ({
    ...chart,
    // All charts share one legend above them.
    curves: chart.curves.map((curve) => ({ ...curve, label: "" })),
  }));
  return page(
    `${names.join(", ")} – comparison`,
    html`<main>
<h1>Comparison of ${names.length} runs</h1>
<div class="legend">${names.map((label, color) => legendEntry({ label, color }))}</div>
${charts.length === 0 ? html`<p class="quiet">No step has been logged yet.</p>` : figures(charts)}
<h2>Settings that differ</h2>
${settingsTable(records, names)}
<h2>Runs</h2>
${factsTable(records, names)}
<h2>Latest evaluations</h2>
${evaluationsTable(records, names)}
</main>`,
  );
}

function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function settingsTable(records: readonly RunRecord[], names: readonly string[]): Html {
  const rows = differences(records.map(({ settings }) => settings));
  if (rows.length === 0) return html`<p class="quiet">None.</p>`;
  return table(names, rows.map(({ path, values }) => ({ name: path, values, best: -1 })));
}

function factsTable(records: readonly RunRecord[], names: readonly string[]): Html {
  const facts = records.map((record) => new Map(runFacts(record)));
  return table(
    names,
    FACTS.map((name) => ({ name, values: facts.map((f) => f.get(name) ?? ""), best: -1 })),
  );
}

function evaluationsTable(records: readonly RunRecord[], names: readonly string[]): Html {
  const evaluations = records.map(({ lastEvaluation }) => lastEvaluation ?? {});
  const fields = [...new Set(evaluations.flatMap((e) => Object.keys(e)))]
    .filter((field) => field.startsWith("eval_"));
  if (fields.length === 0) return html`<p class="quiet">No run has been evaluated yet.</p>`;
  return table(
    names,
    ["step", ...fields].map((field) => {
      const values = evaluations.map((e) => (e as Record<string, unknown>)[field]);
      return {
        name: field,
        values: values.map((value) => value === undefined ? "" : formatField(field, value)),
        best: bestOf(field, values),
      };
    }),
  );
}

/** Index of the run with the lowest loss or the highest accuracy; −1 for other fields. */
function bestOf(field: string, values: readonly unknown[]): number {
  const numbers = values.map((value) => typeof value === "number" ? value : NaN);
  const finite = numbers.filter(Number.isFinite);
  if (finite.length < 2) return -1;
  if (field.includes("accuracy")) return numbers.indexOf(Math.max(...finite));
  return field.includes("loss") ? numbers.indexOf(Math.min(...finite)) : -1;
}

interface Row {
  readonly name: string;
  readonly values: readonly string[];
  readonly best: number;
}

function table(names: readonly string[], rows: readonly Row[]): Html {
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr><th></th>${names.map((name) => html`<th>${name}</th>`)}</tr>
        </thead>
        <tbody>${rows.map(({ name, values, best }) =>
          html`<tr><td><code>${name}</code></td>${
            values.map((value, i) => html`<td class="${i === best ? "best" : ""}">${value}</td>`)
          }</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}
