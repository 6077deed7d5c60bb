/**
 * The report of one run.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import { sampleSize, wilson } from "./baselines.ts";
import { runCharts } from "./charts.ts";
import type { StepAxis } from "./draw.ts";
import { formatField, formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { chartControls, factList, figures, page } from "./page.ts";
import { profileSection } from "./profile_section.ts";
import { HELD_OUT, measurement } from "./quantities.ts";
import { reviewSection } from "./review_section.ts";
import type { RunRecord } from "./run_record.ts";
import { runFacts, settingsRows } from "./run_settings.ts";
import {
  describeRun,
  headlines,
  isFinished,
  progressText,
  totalSteps,
  verdictOf,
} from "./run_summary.ts";
import { samplesSection } from "./samples_section.ts";
import { axesData, stepAxes } from "./step_axes.ts";
import { tensorsSection } from "./tensors_section.ts";

/** Draws the report of a run as a self-contained HTML page. For a run that has not logged anything it shows the settings. */
export function runPage(record: RunRecord): string {
  return page(`${record.name} – run`, runBody(record));
}

/** The content of the page; the live page replaces its parts when the run logs something. */
export function runBody(record: RunRecord): Html {
  const axes = stepAxes([record]);
  const results = runCharts(record, "results");
  return html`<main data-axes="${axesData(axes)}">
${runHead(record)}
${
    results.length === 0
      ? html`<p class="quiet">No step has been logged yet.</p>`
      : html`${chartControls(axes)}${figures(results, axes, "large")}`
  }
${thinning(record)}
${samplesSection(record.samples.lines)}
${reviewSection(record)}
${lastEvaluation(record)}
${chartSection("Optimization", record, "optimization", axes)}
${chartSection("Throughput and memory", record, "resources", axes)}
${tensorsSection(record.tensors.lines)}
${profileSection(record.profile)}
${allSettings(record)}
</main>`;
}

/** What the run is, how far it is, whether it works, and its main results. */
export function runHead(record: RunRecord): Html {
  const { mood, title, text } = verdictOf(record);
  const what = describeRun(record);
  return html`
    <header>
    <h1>${record.name}</h1>
    ${what === "" ? html`` : html`<p class="what">${what}</p>`}
    ${isFinished(record) ? html`` : progressBar(record)}
    <div class="verdict ${mood}"><b>${title}</b><p>${withFlags(text)}</p></div>
    ${headlineList(record)}
    </header>
  `;
}

/** Flags of the command are not broken at their hyphens. */
function withFlags(text: string): (Html | string)[] {
  return text.split(/(--[a-z-]+)/).map((part) =>
    part.startsWith("--") ? html`<code class="flag">${part}</code>` : part
  );
}

function progressBar(record: RunRecord): Html {
  const total = totalSteps(record);
  const percent = Number.isFinite(total) && total > 0 ? 100 * record.step / total : 0;
  return html`
    <div class="progress">
      <div role="progressbar" aria-valuenow="${percent.toFixed(
        1,
      )}" aria-valuemin="0" aria-valuemax="100"
        aria-label="Progress of the run"><i style="width:${percent.toFixed(
          1,
        )}%"></i></div>
      <p>${progressText(record)}${lossText(record)}</p>
    </div>
  `;
}

/** The loss of the latest logged steps. */
function lossText({ series }: RunRecord): string {
  const bucket = series.get("loss")?.buckets.at(-1);
  return bucket === undefined ? "" : `, training loss ${(bucket.sum / bucket.count).toFixed(3)}`;
}

function headlineList(record: RunRecord): Html {
  const shown = headlines(record);
  if (shown.length === 0) return html``;
  return html`
    <dl class="headlines">${shown.map(({ name, value, interval, baseline }) =>
      html`
        <div>
          <dt>${name}</dt>
          <dd>${value}<small>${[baseline, interval].filter((part) => part !== "").map((part) =>
            html`<span>${part}</span><br>`
          )}</small></dd>
        </div>
      `
    )}</dl>
  `;
}

function chartSection(
  title: string,
  record: RunRecord,
  group: "optimization" | "resources",
  axes: readonly StepAxis[],
): Html {
  const charts = runCharts(record, group);
  if (charts.length === 0) return html``;
  return html`<h2>${title}</h2>${figures(charts, axes)}`;
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

function lastEvaluation(record: RunRecord): Html {
  const { lastEvaluation } = record;
  if (lastEvaluation === null) return html``;
  const fields = Object.entries(lastEvaluation).filter(([field]) => field.startsWith(HELD_OUT));
  return html`
    <details>
      <summary>Latest evaluation <small>step ${formatCount(
        Number(lastEvaluation.step),
      )}</small></summary>
      <table>
        <tbody>${fields.map(([field, value]) =>
          html`
            <tr>
              <td><code>${field}</code></td>
              <td class="n">${formatField(field, value)}</td>
              <td class="quiet">${intervalOf(record, field, value)}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </details>
  `;
}

/** `[36%, 67%] of 37`: the interval of a fraction. */
function intervalOf(record: RunRecord, field: string, value: unknown): string {
  const { name, set } = measurement(field);
  const size = sampleSize(record, name, set ?? "");
  if (typeof value !== "number" || size === null) return "";
  const { low, high } = wilson(value, size);
  return `95% interval ${formatPercent(low)} to ${formatPercent(high)}, n = ${formatCount(size)}`;
}

function allSettings(record: RunRecord): Html {
  const { settings } = record;
  const rows = [...settingsRows(settings)].filter(([path]) => !path.startsWith("determinants."));
  return html`
    <h2>Settings</h2>
    ${factList(runFacts(record))}
    ${settings === null ? html`` : html`
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
    `}
  `;
}
