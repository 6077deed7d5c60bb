/**
 * The frame that all pages share, and the figures in it.
 *
 * @module
 */
import { type Chart, type Curve, CURVE_COLORS } from "./chart_specs.ts";
import { drawChart } from "./draw.ts";
import { type Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** A script of this program, and what it may do. */
export interface PageScript {
  /** Known to the page alone, so that no other script runs. */
  readonly nonce: string;
  readonly source: Html;
}

/** What only some pages have. */
export interface PageOptions {
  /** What a live page runs; it may ask the server that the page came from. */
  readonly script?: PageScript;
  /** Rules that follow those of all pages. */
  readonly style?: Html;
}

/** A whole page. It loads nothing: the policy forbids it. */
export function page(title: string, body: Html, { script, style }: PageOptions = {}): string {
  const allowed = script === undefined
    ? ""
    : `; script-src 'nonce-${script.nonce}'; connect-src 'self'`;
  const running = script === undefined
    ? ""
    : html`<script nonce="${script.nonce}">${script.source}</script>`;
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'${allowed}">
        <title>${title}</title>
        <style>${STYLE}${style ?? html``}</style>
      </head>
      <body>
    ${body} ${running}
      </body>
    </html>
  `.text.trimStart();
}

/** A chart with heading and legend. */
export async function figure(chart: Chart): Promise<Html> {
  const svg = await drawChart(chart);
  const named = chart.curves.filter(({ label }) => label !== "");
  return html`
    <figure><figcaption><b>${chart.title}</b><span>${named.map(
      key,
    )}</span></figcaption>${svg}</figure>
  `;
}

/** A curve's color and name. */
export function key({ label, color }: Pick<Curve, "label" | "color">): Html {
  return html`
    <span class="key"><i style="background:var(--curve-${(color % CURVE_COLORS) +
      1})"></i>${label}</span>
  `;
}

/** Several charts side by side. */
export async function figures(charts: readonly Chart[]): Promise<Html> {
  const drawn: Html[] = [];
  for (const chart of charts) drawn.push(await figure(chart));
  return html`
    <section class="charts">
    ${drawn}</section>
  `;
}
