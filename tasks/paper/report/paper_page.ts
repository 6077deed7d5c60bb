/**
 * The report of the paper: one page that needs nothing else.
 *
 * @module
 */
import { formatCount, formatDuration, type Html, html, page } from "../../../src/report/mod.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import { experimentHtml } from "./experiment_html.ts";
import { findingsHtml } from "./findings_html.ts";
import { presetDescription, type Provenance, provenance } from "./provenance.ts";
import { nameOf, PAPER, type ReportInput } from "./report_input.ts";
import { PAPER_STYLE } from "./style.ts";

/** Draws everything. */
export async function paperPage(input: ReportInput): Promise<string> {
  const sections: Html[] = [];
  for (const measured of input.measured) sections.push(await experimentHtml(measured, input));
  const body = html`<main>
<h1>ALBERT, measured again</h1>
<p class="quiet">${PAPER}</p>
${summary(provenance(input.measured))}
<nav><a href="#findings">Findings</a>${
    input.measured.map(({ experiment: { id } }) =>
      html`
        <a href="#${id}">${nameOf(id)}</a>
      `
    )
  }</nav>
<p class="quiet">In every cell our number stands above the paper’s, which is gray. Means are over seeds, ± is the sample standard deviation. <sup>+</sup> marks columns and rows that the paper does not have, † numbers behind which a stand-in for the paper’s data is. A number leads to its run.</p>
${notAskedFor(input)}
${findingsHtml(input.findings)}
${sections}
<h2>The same numbers again</h2>
<pre>${input.command}</pre>
</main>`;
  return page("ALBERT, measured again", body, { style: PAPER_STYLE });
}

/** What of the paper the run is not of. */
function notAskedFor({ measured }: ReportInput): Html {
  const asked = measured.map(({ experiment }) => experiment.id);
  const rest = EXPERIMENTS.filter(({ id }) => !asked.includes(id));
  if (rest.length === 0) return html``;
  return html`<p class="quiet">Not run: ${rest.map(({ id }) => nameOf(id)).join(", ")}.</p>`;
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
    ["Time of the jobs", formatDuration(behind.seconds)],
    ["Seeds", behind.seeds.join(", ") || "none"],
    ["Device", behind.adapters.join(", ") || "none"],
    ["Data", dataText(behind)],
    ["Stand-ins", behind.standIns.join(", ") || "none"],
    ["Toolkit", behind.toolkits.join(", ") || "none"],
  ];
  return html`<dl class="facts">${
    facts.map(([name, value]) =>
      html`
        <div class="${value.length > 60 ? "wide" : ""}">
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>`;
}

/** Few fingerprints as they are; of many, where to find them. */
function dataText({ dataFingerprints }: Provenance): string {
  if (dataFingerprints.length === 0) return "none";
  if (dataFingerprints.length <= 3) return dataFingerprints.join(", ");
  return `${dataFingerprints.length} sets, their fingerprints under the tables`;
}
