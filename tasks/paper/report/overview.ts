/**
 * The figure that opens the report: every claim with its effect, interval, the paper's value and the verdict.
 *
 * @module
 */
import { type Html, html, standAlone } from "../../../src/report/mod.ts";
import type { Finding, Verdict } from "../findings/assess.ts";
import { thresholdOf } from "../findings/claim.ts";
import { verdictCounts } from "./evidence_text.ts";
import { type Axis, overviewGroups, type OverviewRow } from "./overview_rows.ts";

/** Verdicts with signs that do not rely on color. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  reproduced: "✓",
  opposite: "✗",
  "not resolved": "?",
};

const COLORS: Readonly<Record<Verdict, string>> = {
  reproduced: "var(--right)",
  opposite: "var(--curve-2)",
  "not resolved": "var(--quiet)",
};

/**
 * Draws the figure for the page, with a link from each claim to its evidence. It has one column on a phone.
 *
 * @param experiments ids of the experiments of the page, which has the evidence of their claims
 */
export function overviewHtml(
  findings: readonly Finding[],
  experiments: readonly string[],
): Html {
  return html`
    <div class="forest" role="list">${overviewGroups(findings).map(({ heading, rows, axis }) =>
      html`
        <div class="forest-heading quiet"><span>${heading}</span></div>${rows.map((row) =>
          rowHtml(row, axis, hasEvidence(row.finding, experiments))
        )}<div
          class="forest-axis quiet">
          <svg height="16" aria-hidden="true">${axisLabels(axis)}</svg>
        </div>
      `
    )}</div>
    <p class="quiet keys">${legend()}</p>
  `;
}

/** Whether a page has a part of the evidence of a claim. */
export function hasEvidence({ evidence }: Finding, experiments: readonly string[]): boolean {
  return evidence.some(({ test }) => experiments.includes(test.experiment));
}

function rowHtml(row: OverviewRow, axis: Axis, linked: boolean): Html {
  const { finding: { claim, verdict }, detail, effect, paper } = row;
  return html`
    <div class="forest-row"
      role="listitem"><b class="${verdict.replace(
        " ",
        "-",
      )}">${VERDICT_SIGNS[verdict]} ${SHORT[verdict]}</b><div>${linked
        ? html`<a href="#claim-${claim.id}">${claim.title}</a>`
        : claim
          .title}<small class="quiet">${detail}</small></div><svg height="${ROW}" aria-hidden="true">${plot(
          row,
          axis,
        )}</svg><div class="forest-numbers"><span>${effect}</span><small class="quiet">${paper}</small></div></div>
  `;
}

/** Verdicts in a word. */
const SHORT: Readonly<Record<Verdict, string>> = {
  reproduced: "reproduced",
  opposite: "opposite",
  "not resolved": "open",
};

/** Height of a row in pixels. */
const ROW = 34;
/** Columns of the SVG file in pixels. */
const AT = { verdict: 16, claim: 118, plot: 440, numbers: 770 } as const;
const PLOT_WIDTH = 310, WIDTH = 980, HEAD = 64, HEADING = 30, AXIS = 22;

/** Draws the figure as an SVG file with a transparent background; its colors follow the viewer's color scheme. */
export function overviewSvg(title: string, findings: readonly Finding[]): string {
  let y = HEAD;
  const parts: Html[] = [];
  const text = (x: number, top: number, content: string, more: Html = html``) =>
    html`
      <text x="${x}" y="${top}" ${more}>${content}</text>
    `;
  for (const { heading, rows, axis } of overviewGroups(findings)) {
    if (heading !== "") {
      parts.push(text(
        AT.claim,
        y + 18,
        heading,
        html`
          fill="var(--quiet)" font-style="italic"
        `,
      ));
      y += HEADING;
    }
    for (const row of rows) {
      const { finding: { claim, verdict }, detail, effect, paper } = row;
      const color = COLORS[verdict];
      parts.push(html`
        ${text(
          AT.verdict,
          y + 15,
          `${VERDICT_SIGNS[verdict]} ${SHORT[verdict]}`,
          html`
            fill="${color}" font-weight="600"
          `,
        )}
        ${text(
          AT.claim,
          y + 15,
          claim.title,
          html`
            fill="var(--text)" font-size="13" font-weight="500"
          `,
        )}
        ${text(
          AT.claim,
          y + 29,
          detail,
          html`
            fill="var(--quiet)" font-size="10.5"
          `,
        )}
        <svg x="${AT.plot}" y="${y}" width="${PLOT_WIDTH}" height="${ROW}"
          overflow="visible">${plot(row, axis)}</svg>
        ${text(
          AT.numbers,
          y + 15,
          effect,
          html`
            fill="var(--text)"
          `,
        )}
        ${text(
          AT.numbers,
          y + 29,
          paper,
          html`
            fill="var(--quiet)" font-size="10.5"
          `,
        )}
      `);
      y += ROW + 4;
    }
    parts.push(html`
      <svg x="${AT.plot}" y="${y}" width="${PLOT_WIDTH}" height="16"
        overflow="visible">${axisLabels(axis)}</svg>
    `);
    y += AXIS;
  }
  const height = y + 8;
  const keys = [
    html`<svg x="${AT.plot}" y="12" width="28" height="${ROW}">${
      dot(50, COLORS["not resolved"])
    }</svg>${
      text(
        AT.plot + 26,
        33,
        "measured, interval",
        html`
          fill="var(--quiet)"
        `,
      )
    }`,
    html`<svg x="${AT.plot + 150}" y="12" width="28" height="${ROW}">${diamond(50)}</svg>${
      text(
        AT.plot + 176,
        33,
        "the paper (if it prints this number)",
        html`
          fill="var(--quiet)"
        `,
      )
    }`,
    text(
      AT.plot + 26,
      50,
      "dashed: threshold; shaded: where the paper expects the effect",
      html`
        fill="var(--quiet)"
      `,
    ),
  ];
  return standAlone(html`
    <svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}"
      viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12"
      color="var(--quiet)"><title>${title}</title>
    ${text(
      AT.verdict,
      33,
      headline(findings),
      html`
        fill="var(--text)" font-size="16" font-weight="600"
      `,
    )}
    ${text(
      AT.verdict,
      50,
      subline(findings),
      html`
        fill="var(--quiet)"
      `,
    )}
    ${keys}${parts}</svg>
  `).trimStart();
}

/** `9 of 13 claims resolved`. */
export function headline(findings: readonly Finding[]): string {
  const resolved = findings.filter(({ verdict }) => verdict !== "not resolved").length;
  return `${resolved} of ${findings.length} claims resolved`;
}

/** `8 reproduced, 1 opposite, 4 not resolved at this size; 1 by counting`. */
export function subline(findings: readonly Finding[]): string {
  const counted =
    findings.filter(({ verdict, evidence: [{ pairing }] }) =>
      verdict !== "not resolved" && pairing === "counted"
    ).length;
  return verdictCounts(findings) + (counted === 0 ? "" : `; ${counted} by counting`);
}

/** The content of an SVG element of any width: positions are percentages. */
function plot({ primary, finding: { verdict } }: OverviewRow, axis: Axis): Html {
  const { estimate, paper, pairing, test: { expect } } = primary;
  const threshold = axis.at(thresholdOf(expect));
  const middle = ROW / 2;
  const color = COLORS[verdict];
  const [x, width] = "above" in expect ? [threshold, 100 - threshold] : [0, threshold];
  const interval = pairing === "counted" ? null : estimate?.interval ?? null;
  return html`
    <rect x="${x}%" y="0" width="${width}%" height="${ROW}" fill="var(--right)"
      opacity="0.08" />
    ${axis.ticks.map(({ value }) =>
      html`
        <line x1="${axis.at(value)}%" x2="${axis.at(
          value,
        )}%" y1="0" y2="${ROW}" stroke="var(--grid)"
          stroke-width="0.6" />
      `
    )}<line x1="${threshold}%" x2="${threshold}%" y1="0" y2="${ROW}" stroke="var(--quiet)"
      stroke-dasharray="3 3" />
    ${interval === null ? "" : reach(axis.at(interval.low), axis.at(interval.high), middle, color)}
    ${paper === null ? "" : diamond(axis.at(paper))}
    ${estimate === null ? "" : dot(axis.at(estimate.mean), color)}
  `;
}

/** An interval; an arrow marks an end that is outside. */
function reach(from: number, to: number, y: number, color: string): Html {
  const [left, right] = [Math.max(from, 0.5), Math.min(to, 99.5)];
  const end = (at: number, cut: boolean, towards: string) =>
    html`
      <svg x="${at}%" y="${y}" overflow="visible">
        <path d="${cut
          ? `M${towards}4 -4L0 0L${towards}4 4`
          : "M0 -5V5"}" stroke="${color}" stroke-width="2" fill="none" />
      </svg>
    `;
  return html`
    <line x1="${left}%" x2="${right}%" y1="${y}" y2="${y}" stroke="${color}"
      stroke-width="2" />${end(left, from < left, "")}${end(right, to > right, "-")}
  `;
}

function dot(at: number, color: string): Html {
  return html`<circle cx="${at}%" cy="${ROW / 2}" r="5" fill="${color}" />`;
}

function diamond(at: number): Html {
  return html`
    <svg x="${at}%" y="${ROW / 2}" overflow="visible">
      <path d="M0 -6L6 0L0 6L-6 0Z"
        fill="var(--page)" stroke="var(--text)" stroke-width="1.5" />
    </svg>
  `;
}

function axisLabels({ at, ticks }: Axis): Html {
  return html`<g fill="var(--quiet)" font-size="11" text-anchor="middle">${
    ticks.map(({ value, text }) => html`<text x="${at(value)}%" y="11">${text}</text>`)
  }</g>`;
}

function legend(): Html {
  const sample = (content: Html) =>
    html`<svg width="30" height="${ROW}" aria-hidden="true">${content}</svg>`;
  return html`<span>${
    sample(html`${reach(10, 90, ROW / 2, "var(--quiet)")}${dot(50, "var(--quiet)")}`)
  } measured, with interval (an arrow: it extends further)</span><span>${
    sample(diamond(50))
  } the paper, if it prints this number</span><span>${
    sample(html`
      <rect x="50%" width="50%" y="6" height="22" fill="var(--right)" opacity="0.15" />
      <line x1="50%" x2="50%" y1="4" y2="30" stroke="var(--quiet)" stroke-dasharray="3 3" />
    `)
  } threshold, and where the paper expects the effect</span>`;
}
