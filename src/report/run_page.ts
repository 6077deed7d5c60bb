/**
 * The report of one run.
 *
 * @module
 */
import { runCharts } from "./charts.ts";
import { runFacts } from "./facts.ts";
import { count, fieldValue } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { figures, page } from "./page.ts";
import { profileSection } from "./profile_section.ts";
import { reviewSection } from "./review.ts";
import type { RunRecord } from "./run_record.ts";
import { samplesSection } from "./samples.ts";
import { settingsRows } from "./settings_rows.ts";
import { tensorsSection } from "./tensors.ts";

/**
 * Draws the report of a run. It is one file that needs nothing else, and as complete as the record: of a run without a line it shows the settings.
 *
 * @param record What the run wrote.
 * @returns An HTML page.
 */
export async function runPage(record: RunRecord): Promise<string> {
  return page(`${record.name} – run`, await runBody(record));
}

/** What stands in the page's body; the live page puts a new one in place of the old. */
export async function runBody(record: RunRecord): Promise<Html> {
  const charts = runCharts(record);
  return html`<main>
<h1>${record.name}</h1>
<dl class="facts">${
    runFacts(record).map(([name, value]) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>
${
    charts.length === 0
      ? html`<p class="quiet">No step has been logged yet.</p>`
      : await figures(charts)
  }
${thinning(record)}
${lastEvaluation(record)}
${await reviewSection(record.review)}
${samplesSection(record.samples.lines)}
${await tensorsSection(record.tensors.lines)}
${await profileSection(record.profile)}
${allSettings(record)}
</main>`;
}

function thinning({ series }: RunRecord): Html {
  const longest = Math.max(0, ...[...series.values()].filter((s) => s.thinned).map((s) => s.count));
  return longest === 0 ? html`` : html`
    <p
      class="quiet">Curves of ${count(
        longest,
      )} points are drawn as means of neighbors over the band from their least to their greatest value.</p>
  `;
}

function lastEvaluation({ lastEvaluation }: RunRecord): Html {
  if (lastEvaluation === null) return html``;
  const fields = Object.entries(lastEvaluation).filter(([field]) => field.startsWith("eval_"));
  return html`
    <h2>Last evaluation, step ${count(Number(lastEvaluation.step))}</h2>
    <table>
      <tbody>${fields.map(([field, value]) =>
        html`
          <tr>
            <td><code>${field}</code></td>
            <td class="n">${fieldValue(field, value)}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function allSettings({ settings }: RunRecord): Html {
  if (settings === null) return html``;
  const rows = [...settingsRows(settings)].filter(([path]) => !path.startsWith("determinants."));
  return html`
    <details>
      <summary>All settings <small>as run.json has them</small></summary>
      <div class="scroll">
        <table>
          <tbody>${rows.map(([path, value]) =>
            html`
              <tr>
                <td><code>${path}</code></td>
                <td><code>${value}</code></td>
              </tr>
            `
          )}</tbody>
        </table>
      </div>
    </details>
  `;
}
