/**
 * A table or figure with its question, its provenance and the paper's own notes.
 *
 * @module
 */
import { figure, formatCount, formatDuration, type Html, html } from "../../../src/report/mod.ts";
import type { JobFailure, MeasuredExperiment } from "../result.ts";
import { figurePanels, type Panel } from "./figure_panels.ts";
import { signed } from "./numbers.ts";
import { controls, type Provenance, provenance } from "./provenance.ts";
import { nameOf, type ReportInput } from "./report_input.ts";
import { tableHtml } from "./table_html.ts";
import { tableView } from "./table_view.ts";

/** The section of one experiment. */
export async function experimentHtml(
  measured: MeasuredExperiment,
  input: ReportInput,
): Promise<Html> {
  const { id, kind, title, question, protocol, notes } = measured.experiment;
  const behind = provenance([measured]);
  const remarks = kind === "figure" ? notes.slice(1) : notes;
  return html`
    <section class="experiment"
      id="${id}"><h2><span class="quiet">${nameOf(id)}</span> ${title}</h2>
    <p><b>${question}</b> <span class="quiet">${protocol}</span></p>
    ${kind === "table"
      ? tableHtml(tableView(measured), input)
      : await figureHtml(figurePanels(measured), notes[0])}
    ${provenanceHtml(measured.preset, behind)}
    ${failuresHtml(behind.failures, input)}
    ${remarks.length === 0
      ? ""
      : html`<div class="remarks quiet"><b>On the paper</b><ul>${
        remarks.map((note) => html`<li>${note}</li>`)
      }</ul></div>`}
    </section>
  `;
}

async function figureHtml(panels: readonly Panel[], shape: string | undefined): Promise<Html> {
  const drawn: Html[] = [];
  for (const { chart } of panels) if (chart !== null) drawn.push(await figure(chart));
  const missing = panels.flatMap((panel) =>
    panel.missing.map(({ row, reason }) => html`<li><b>${panel.title}</b>, ${row}: ${reason}</li>`)
  );
  return html`<div class="charts">${drawn}${
    shape === undefined
      ? ""
      : html`<aside class="quiet"><b>The paper’s figure</b><br>${shape}</aside>`
  }</div>${missing.length === 0 ? "" : html`<ul class="notes quiet">${missing}</ul>`}`;
}

function provenanceHtml(preset: string, behind: Provenance): Html {
  const { results, seeds, adapters, dataFingerprints, remarks } = behind;
  if (results.length === 0) {
    return html`<p class="quiet small">Preset ${preset}. No job has finished.</p>`;
  }
  const parts = [
    `Preset ${preset}`,
    `${formatCount(results.length)} jobs in ${formatDuration(behind.seconds)}`,
    ...(seeds.length > 0 ? [`seeds ${seeds.join(", ")}`] : []),
    `on ${adapters.join(", ")}`,
    ...(dataFingerprints.length > 0 ? [`data ${dataFingerprints.join(", ")}`] : []),
    ...remarks,
    ...controls(behind).map(({ name, least, most }) =>
      `${name}: ${signed(least, 1)} to ${signed(most, 1)} points`
    ),
  ];
  return html`<p class="quiet small">${parts.join("; ")}.</p>`;
}

function failuresHtml(failures: readonly JobFailure[], input: ReportInput): Html {
  return html`${
    failures.map((failure) => {
      const log = input.logOf(failure);
      return html`
        <details
          class="failure"><summary>Failed: ${failure.label} <small>${failure
            .error}</small></summary>${log === null
            ? html`<p class="quiet">Its log ${failure.log} is gone.</p>`
            : html`<pre>${log}</pre>`}</details>
      `;
    })
  }`;
}
