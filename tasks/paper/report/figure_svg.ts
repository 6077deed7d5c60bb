/**
 * A figure as one SVG file that needs no page around it.
 *
 * @module
 */
import { CURVE_COLORS, drawChart, type Html, html, standAlone } from "../../../src/report/mod.ts";
import type { Panel } from "./figure_panels.ts";

/** Of a panel's drawing, as Vega makes it. */
const WIDTH = 400;
const HEIGHT = 230;
/** Above it, for heading and key. */
const HEAD = 44;
const GAP = 16;

/** Draws the panels side by side. Colors follow the reader's choice of light or dark; the ground is left to the page. */
export async function figureSvg(title: string, panels: readonly Panel[]): Promise<string> {
  const width = panels.length * (WIDTH + GAP) - GAP;
  const drawn: Html[] = [];
  for (const [i, panel] of panels.entries()) drawn.push(await place(panel, i * (WIDTH + GAP)));
  return standAlone(html`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEAD + HEIGHT}"
      viewBox="0 0 ${width} ${HEAD + HEIGHT}" font-family="system-ui, sans-serif" font-size="12"
      color="var(--quiet)"><title>${title}</title>
    ${drawn}</svg>
  `).trimStart();
}

async function place({ chart, title, missing }: Panel, x: number): Promise<Html> {
  const heading = html`<text x="${
    x + 8
  }" y="16" font-size="14" font-weight="600" fill="var(--text)">${title}</text>`;
  if (chart === null) {
    const reason = missing[0]?.reason ?? "Nothing was measured.";
    return html`${heading}<text x="${x + 8}" y="${HEAD + 20}" fill="var(--quiet)">${reason}</text>`;
  }
  let along = x + 8;
  const keys = chart.curves.map(({ label, color }) => {
    const start = along;
    // About the width of the text in this size; SVG text cannot be measured here.
    along += 32 + 6.6 * label.length;
    return html`
      <rect x="${start}" y="29" width="14" height="3" rx="1.5" fill="var(--curve-${color %
          CURVE_COLORS + 1})" />
      <text x="${start + 20}" y="34" fill="var(--quiet)">${label}</text>
    `;
  });
  const drawing = await drawChart(chart);
  return html`
    ${heading}${keys}<svg x="${x}" y="${HEAD}" width="${WIDTH}"
      height="${HEIGHT}">${drawing}</svg>
  `;
}
