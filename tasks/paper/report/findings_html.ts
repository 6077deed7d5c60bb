/**
 * The findings section of the page.
 *
 * @module
 */
import { type Html, html } from "../../../src/report/mod.ts";
import { experimentName } from "../experiment.ts";
import { type Evidence, type Finding, undecided, type Verdict } from "../findings/assess.ts";
import { thresholdOf } from "../findings/claim.ts";
import {
  countText,
  effectText,
  expectationText,
  intervalText,
  outcomeText,
  paperText,
  type ShownEvidence,
  shownEvidence,
  VERDICT_RULE,
  VERDICT_TEXT,
} from "./evidence_text.ts";
import { hasEvidence, overviewHtml, VERDICT_SIGNS } from "./overview.ts";

/**
 * Draws the claims about some experiments with their evidence: those of the paper, then the controls.
 *
 * @param experiments ids of the experiments of the report
 */
export function findingsHtml(all: readonly Finding[], experiments: readonly string[]): Html {
  const findings = all.filter((one) => hasEvidence(one, experiments));
  const finding = (one: Finding) => findingHtml(one, experiments);
  const ofPaper = findings.filter(({ claim }) => !claim.control);
  const ofControls = findings.filter(({ claim }) => claim.control);
  return html`<section id="findings"><h2>Findings</h2>
<p class="quiet">${VERDICT_RULE} A claim is <i>reproduced</i> if the interval is on the expected side of the threshold, and <i>opposite</i> if it is on the other side. Intervals of controls are not corrected: on average, one in twenty does not contain the true value.</p>
${
    ofControls.length === 0
      ? ""
      : html`<h3>Controls (not in the paper)</h3>${overviewHtml(ofControls, experiments)}`
  }
<h3>Evidence for the claims of the paper</h3>${ofPaper.map(finding)}
${ofControls.length === 0 ? "" : html`<h3>Evidence for the controls</h3>${ofControls.map(finding)}`}
</section>`;
}

function findingHtml(one: Finding, experiments: readonly string[]): Html {
  const { claim, verdict } = one;
  return html`
    <article class="finding"
      id="claim-${claim.id}"><header>${badge(verdict)}<h4>${claim
        .claim}</h4><span class="quiet">${claim.source}</span></header>
    ${shownEvidence(one).map((shown) => evidenceRow(one, shown, experiments))}</article>
  `;
}

function badge(verdict: Verdict): Html {
  return html`<span class="verdict ${verdict.replace(" ", "-")}"><i>${VERDICT_SIGNS[verdict]}</i> ${
    VERDICT_TEXT[verdict]
  }</span>`;
}

function evidenceRow(
  finding: Finding,
  shown: ShownEvidence,
  experiments: readonly string[],
): Html {
  const { evidence, role } = shown;
  const { test, columns, standIns, preset } = evidence;
  const verdict = role === "primary"
    ? finding.verdict
    : undecided(evidence) === undefined
    ? evidence.verdict
    : "not resolved";
  const effect = effectText(evidence),
    interval = intervalText(evidence),
    paper = paperText(evidence);
  const about = [
    experimentName(test.experiment),
    ...(columns.length > 0 && evidence.estimate !== null ? [columns.join(", ")] : []),
    ...(preset === null ? [] : [preset]),
    ...(standIns.length > 0 ? [`† stand-ins for ${standIns.join(", ")}`] : []),
  ];
  return html`
    <div class="evidence">
      <div>${test.statistic}<small class="quiet">${experiments.includes(test.experiment)
        ? html`<a href="#${test.experiment}">${about[0]}</a>`
        : about[0]}${about.slice(1).map((text) =>
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
      <div class="quiet">${role === "secondary" ? "" : html`
        <span class="small ${verdict.replace(" ", "-")}">${VERDICT_SIGNS[verdict]}</span>
      `}${outcomeText(finding, shown)}</div>
    </div>
  `;
}

const WIDTH = 200;
const HEIGHT = 22;
const MIDDLE = HEIGHT / 2;
/** Space at both ends. */
const MARGIN = 8;

/** Draws an effect: a dot with its interval, a diamond for the paper, a dashed line for the threshold; the expected side is shaded. */
function effectPlot({ estimate, paper, test }: Evidence): Html {
  const above = "above" in test.expect;
  const threshold = thresholdOf(test.expect);
  const { low, high } = estimate?.interval ?? { low: NaN, high: NaN };
  const shown = [threshold, paper, estimate?.mean, low, high]
    .filter((value): value is number => Number.isFinite(value));
  const left = Math.min(...shown), right = Math.max(...shown);
  const span = right - left || 1;
  const at = (value: number) => (MARGIN + (value - left) / span * (WIDTH - 2 * MARGIN)).toFixed(1);
  const edge = at(threshold);
  const side = above ? { x: edge, width: WIDTH - Number(edge) } : { x: 0, width: edge };
  return html`
    <svg class="effect" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"
      aria-hidden="true"><rect class="expected" x="${side.x}" y="1" width="${side
        .width}" height="${HEIGHT -
        2}" rx="2"/><line class="threshold" x1="${edge}" x2="${edge}" y1="0" y2="${HEIGHT}"/>${Number
          .isFinite(low)
        ? html`
          <path class="reach"
            d="M${at(low)} ${MIDDLE}H${at(high)}M${at(low)} ${MIDDLE - 4}v8M${at(high)} ${MIDDLE -
              4}v8" />
        `
        : ""}${paper === null ? "" : html`
        <path class="theirs" d="M${at(paper)} ${MIDDLE - 5}l5 5l-5 5l-5 -5z" />
      `}${estimate === null ? "" : html`
        <circle class="ours" cx="${at(estimate.mean)}" cy="${MIDDLE}" r="3.5" />
      `}</svg>
  `;
}
