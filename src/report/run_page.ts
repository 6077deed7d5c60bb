/**
 * The report of one run.
 *
 * @module
 */
import { runCharts } from "./charts.ts";
import { formatCount, formatField } from "./format.ts";
import { type Html, html } from "./html.ts";
import { factList, figures, page } from "./page.ts";
import { profileSection } from "./profile_section.ts";
import { reviewSection } from "./review_section.ts";
import type { RunRecord } from "./run_record.ts";
import { runFacts, settingsRows } from "./run_settings.ts";
import { samplesSection } from "./samples_section.ts";
import { tensorsSection } from "./tensors_section.ts";

/** Draws the report of a run as a self-contained HTML page. For a run that has not logged anything it shows the settings. */
export function runPage(record: RunRecord): string {
  return page(`${record.name} – run`, runBody(record));
}

/** The content of the page; the live page replaces it when the run logs something. */
export function runBody(record: RunRecord): Html {
  const charts = runCharts(record);
  return html`<main>
<h1>${record.name}</h1>
${factList(runFacts(record))}
${charts.length === 0 ? html`<p class="quiet">No step has been logged yet.</p>` : figures(charts)}
${thinning(record)}
${lastEvaluation(record)}
${reviewSection(record.review)}
${samplesSection(record.samples.lines)}
${tensorsSection(record.tensors.lines)}
${profileSection(record.profile)}
${allSettings(record)}
</main>`;
}

function thinning({ series }: RunRecord): Html {
  const longest = Math.max(0, ...[...series.values()].filter((s) => s.thinned).map((s) => s.count));
  return longest === 0 ? html`` : html`
    <p
      class="quiet">Curves of ${formatCount(
        longest,
      )} points are drawn as means of neighboring points, with a band from their minimum to their maximum.</p>
  `;
}

function lastEvaluation({ lastEvaluation }: RunRecord): Html {
  if (lastEvaluation === null) return html``;
  const fields = Object.entries(lastEvaluation).filter(([field]) => field.startsWith("eval_"));
  return html`
    <h2>Latest evaluation, step ${formatCount(Number(lastEvaluation.step))}</h2>
    <table>
      <tbody>${fields.map(([field, value]) =>
        html`
          <tr>
            <td><code>${field}</code></td>
            <td class="n">${formatField(field, value)}</td>
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
      <summary>All settings <small>from run.json</small></summary>
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
