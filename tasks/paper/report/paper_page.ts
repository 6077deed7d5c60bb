/**
 * The report of the paper as a self-contained HTML page.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import {
  factList,
  figure,
  formatDuration,
  type Html,
  html,
  page,
} from "../../../src/report/mod.ts";
import { experimentName } from "../experiment.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import type { JobFailure, MeasuredExperiment } from "../result.ts";
import { figurePanels, type Panel } from "./figures.ts";
import { countText, effectText, expectationText, VERDICT_TEXT } from "./evidence_text.ts";
import { findingsHtml } from "./findings_html.ts";
import { presetProtocol } from "./size_text.ts";
import { signed } from "./numbers.ts";
import { headline, overviewHtml, subline } from "./overview.ts";
import { pilotTable } from "./pilot.ts";
import {
  baselineGains,
  brokenCommand,
  PAPER,
  placeholders,
  presetDescription,
  type Provenance,
  provenance,
  type ReportInput,
  standInText,
  TITLE,
} from "./report_input.ts";
import { PAPER_STYLE } from "./style.ts";
import { tableHtml } from "./table_html.ts";
import { BASELINE_NAMES, tableView } from "./table_view.ts";

/** Draws the page. */
export function paperPage(input: ReportInput): string {
  const sections: Html[] = [];
  for (const measured of input.measured) sections.push(experimentHtml(measured, input));
  const body = html`<main>
<h1>${TITLE}</h1>
<p class="quiet">${PAPER}</p>
${opening(input)}
${summary(provenance(input.measured))}
<nav><a href="#findings">Findings</a>${
    input.measured.map(({ experiment: { id } }) =>
      html`
        <a href="#${id}">${experimentName(id)}</a>
      `
    )
  }</nav>
<p class="quiet">A cell shows the mean over n seeds ± the sample standard deviation, and for pairs and masked tokens what a model must exceed to have learned anything (${BASELINE_NAMES}). The row below has the paper’s numbers. A label such as “24 layers → 5” is the paper’s size and the size of this run. <sup>+</sup> marks columns and rows that are not in the paper, † numbers measured on a stand-in for the paper’s data. Numbers link to their runs.</p>
${notRun(input)}
${findingsHtml(input.findings, input.measured.map(({ experiment: { id } }) => id))}
${sections}
<h2>Reproduce these numbers</h2>
<p class="quiet">${placeholders(input.command, (word) => word)}</p>
<pre>${brokenCommand(input.command)}</pre>
</main>`;
  return page(TITLE, body, { style: PAPER_STYLE });
}

/** The claims of the paper in one figure. */
function opening({ findings, measured }: ReportInput): Html {
  const ofPaper = findings.filter(({ claim }) => !claim.control);
  return html`<section id="claims"><h2 class="opening">${headline(ofPaper)}</h2>
<p class="quiet">${subline(ofPaper)}. Every claim links to its evidence.</p>
${overviewHtml(ofPaper, measured.map(({ experiment: { id } }) => id))}</section>`;
}

/** Experiments of the paper that are not part of the run. */
function notRun({ measured }: ReportInput): Html {
  const asked = measured.map(({ experiment }) => experiment.id);
  const rest = EXPERIMENTS.filter(({ id }) => !asked.includes(id));
  if (rest.length === 0) return html``;
  return html`<p class="quiet">Not run: ${
    rest.map(({ id }) => experimentName(id)).join(", ")
  }.</p>`;
}

function summary(behind: Provenance): Html {
  const facts: [string, string][] = [
    ["Preset", behind.presets.map((name) => `${name}. ${presetDescription(name)}`).join(" ")],
    [
      "Jobs",
      `${formatCount(behind.results.length)} finished, ${
        formatCount(behind.failures.length)
      } failed`,
    ],
    ["Total time", formatDuration(behind.seconds)],
    ["Seeds", behind.seeds.join(", ") || "none"],
    ["Device", behind.adapters.join(", ") || "none"],
    ["Data", dataText(behind)],
    ["Stand-ins", standInText(behind)],
    ["Toolkit", behind.toolkits.join(", ") || "none"],
  ];
  return factList(facts);
}

/** Fingerprints of the data, or only their number if there are many. */
function dataText({ dataFingerprints }: Provenance): string {
  if (dataFingerprints.length === 0) return "none";
  if (dataFingerprints.length <= 3) return dataFingerprints.join(", ");
  return `${dataFingerprints.length} data sets; fingerprints are listed below the tables`;
}

/** The section of one experiment: question, table or figure, provenance, notes. */
function experimentHtml(
  measured: MeasuredExperiment,
  input: ReportInput,
): Html {
  const { id, kind, title, question, protocol, notes } = measured.experiment;
  const behind = provenance([measured]);
  const own = presetProtocol(measured);
  const remarks = kind === "figure" ? notes.slice(1) : notes;
  return html`
    <section class="experiment"
      id="${id}"><h2><span class="quiet">${experimentName(id)}</span> ${title}</h2>
    <p><b>${question}</b> <span class="quiet">${own === ""
      ? ""
      : `${own} ${id === "pilot" ? "" : "The paper: "}`}${protocol}</span></p>
    ${kind === "table"
      ? tableHtml(tableView(measured), input)
      : figureHtml(figurePanels(measured), notes[0])}
    ${id === "pilot" ? pilotHtml(measured) : ""}
    ${claimsAbout(id, input)}
    ${provenanceHtml(measured.preset, behind)}
    ${failuresHtml(behind.failures, input)}
    ${remarks.length === 0
      ? ""
      : html`<div class="remarks quiet"><b>Notes on the paper</b><ul>${
        remarks.map((note) => html`<li>${note}</li>`)
      }</ul></div>`}
    </section>
  `;
}

function pilotHtml(measured: MeasuredExperiment): Html {
  const [head, ...rows] = pilotTable(measured);
  const cells = (row: readonly string[], heading: boolean) =>
    row.map((text, i) => {
      const align = i === 0 ? html`` : html`
        class="n"
      `;
      return heading ? html`<th${align}>${text}</th>` : html`<td${align}>${text}</td>`;
    });
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>${cells(head, true)}</tr>
        </thead>
        <tbody>${rows.map((row) => html`<tr>${cells(row, false)}</tr>`)}</tbody>
      </table>
    </div>
  `;
}

/** The claims that an experiment decides, with their verdicts. */
function claimsAbout(id: string, { findings }: ReportInput): Html {
  const decided = findings.filter(({ evidence: [first] }) =>
    first.test.experiment === id && first.estimate !== null
  );
  if (decided.length === 0) return html``;
  return html`
    <ul class="claims">${decided.map(({ claim, verdict, evidence: [first] }) =>
      html`<li><b class="${verdict.replace(" ", "-")}">${
        VERDICT_TEXT[verdict]
      }</b>: <a href="#claim-${claim.id}">${claim.claim}</a> <span class="quiet">${first.test.statistic}: ${
        effectText(first) ?? "–"
      } (${expectationText(first)}; ${countText(first)})</span></li>`
    )}</ul>
  `;
}

function figureHtml(panels: readonly Panel[], shape: string | undefined): Html {
  const drawn = panels.flatMap(({ chart }) => chart === null ? [] : [figure(chart)]);
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
    ...baselineGains(behind).map(({ name, low, high }) =>
      `${name}: ${signed(low, 1)} to ${signed(high, 1)} points`
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
            ? html`<p class="quiet">Its log ${failure.log} does not exist.</p>`
            : html`<pre>${log}</pre>`}</details>
      `;
    })
  }`;
}
