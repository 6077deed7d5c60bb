/**
 * The findings as a section of the page.
 *
 * @module
 */
import type { Evidence, Finding, Verdict } from "../findings/mod.ts";
import { type Html, html } from "../../../src/report/mod.ts";
import { effectPlot } from "./effect_plot.ts";
import {
  countText,
  effectText,
  expectationText,
  intervalText,
  paperText,
  shownEvidence,
  VERDICT_TEXT,
  verdictCounts,
} from "./evidence_text.ts";
import { nameOf } from "./report_input.ts";

/** For those who do not see colors, and on paper. */
const SIGNS: Readonly<Record<Verdict, string>> = {
  reproduced: "✓",
  opposite: "✗",
  "not resolved": "?",
};

/** All claims with their evidence, the paper's first, then the controls. */
export function findingsHtml(findings: readonly Finding[]): Html {
  const ofPaper = findings.filter(({ claim }) => !claim.control);
  const ofControls = findings.filter(({ claim }) => claim.control);
  return html`<section id="findings"><h2>Findings</h2>
<p>Of ${ofPaper.length} claims of the paper: <b>${verdictCounts(ofPaper)}</b>.</p>
<p class="quiet">Each claim is tested by the first statistic under it; the others are shown beside it. A verdict needs the whole 95% interval (Student’s t over seeds) on one side of the border: on the expected side the claim is reproduced, on the other it is the opposite. One seed has no interval. Of so many intervals, one in twenty misses the truth by chance.</p>
<p class="quiet keys"><span>${sample("ours")} measured, with its interval</span><span>${
    sample("theirs")
  } the paper</span><span>${sample("border")} border, the expected side shaded</span></p>
${overview(findings)}
<h3>Claims of the paper</h3>${ofPaper.map(finding)}
${
    ofControls.length === 0
      ? ""
      : html`<h3>Controls that the paper lacks</h3>${ofControls.map(finding)}`
  }
</section>`;
}

/** All claims at a glance, each leading to its evidence. */
function overview(findings: readonly Finding[]): Html {
  return html`
    <div class="scroll">
      <table class="overview">
        <tbody>${findings.map(({ claim, verdict, evidence: [first] }) =>
          html`
            <tr>
              <td class="${verdict.replace(
                " ",
                "-",
              )}" title="${VERDICT_TEXT[verdict]}">${SIGNS[verdict]}</td>
              <td><a href="#claim-${claim.id}">${claim.claim}</a></td>
              <td class="n">${effectText(first) ?? "–"}</td>
              <td class="n quiet">${intervalText(first) ?? ""}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function sample(kind: "ours" | "theirs" | "border"): Html {
  const shape = {
    ours: html`
      <path class="reach" d="M1 7H27M1 3v8M27 3v8" />
      <circle class="ours" cx="14" cy="7" r="3.5" />
    `,
    theirs: html`
      <path class="theirs" d="M14 2l5 5l-5 5l-5 -5z" />
    `,
    border: html`
      <rect class="expected" x="14" y="0" width="14" height="14" />
      <line class="border" x1="14" x2="14" y1="0" y2="14" />
    `,
  }[kind];
  return html`<svg class="effect" viewBox="0 0 28 14" width="28" height="14" aria-hidden="true">${shape}</svg>`;
}

function finding(one: Finding): Html {
  const { claim, verdict } = one;
  return html`
    <article class="finding"
      id="claim-${claim.id}"><header>${badge(verdict)}<h4>${claim
        .claim}</h4><span class="quiet">${claim.source}</span></header>
    ${shownEvidence(one).map(evidenceRow)}</article>
  `;
}

function badge(verdict: Verdict): Html {
  return html`<span class="verdict ${verdict.replace(" ", "-")}"><i>${SIGNS[verdict]}</i> ${
    VERDICT_TEXT[verdict]
  }</span>`;
}

function evidenceRow(evidence: Evidence): Html {
  const { test, columns, missing, standIns, preset, verdict } = evidence;
  const effect = effectText(evidence),
    interval = intervalText(evidence),
    paper = paperText(evidence);
  const about = [
    nameOf(test.experiment),
    ...(columns.length > 0 && evidence.estimate !== null ? [columns.join(", ")] : []),
    ...(preset === null ? [] : [preset]),
    ...(standIns.length > 0 ? [`† stand-ins for ${standIns.join(", ")}`] : []),
  ];
  return html`
    <div class="evidence">
      <div>${test.statistic}<small class="quiet"><a href="#${test
        .experiment}">${about[0]}</a>${about.slice(1).map((text) =>
          html`
            · ${text}
          `
        )}</small></div>
      <div
        class="numbers">${effect === null
          ? html`<span class="quiet">not measured</span>`
          : html`<b>${effect}</b>`} ${interval ?? ""}<small class="quiet">${paper === null
          ? ""
          : html`
            paper ${paper} ·
          `}${countText(evidence)} · ${expectationText(evidence)}</small></div>
      <div>${effectPlot(evidence)}</div>
      <div class="quiet"><span class="small ${verdict.replace(
        " ",
        "-",
      )}">${SIGNS[verdict]}</span> ${missing ?? verdict}</div>
    </div>
  `;
}
