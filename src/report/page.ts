/**
 * The frame, the style sheet and the charts that all pages share.
 *
 * @module
 */
import { type Chart, type Curve, curveColor, drawChart } from "./draw.ts";
import { Html, html } from "./html.ts";

/** Characters above which the value of a fact is long. */
const LONG = 60;

/** A script of a page. */
export interface PageScript {
  /** Unguessable, so that the content security policy admits no other script. */
  readonly nonce: string;
  /** JavaScript code. */
  readonly source: Html;
}

/** Optional parts of a page. */
export interface PageOptions {
  /** May send requests to the server of the page. */
  readonly script?: PageScript;
  /** CSS rules after those of all pages. */
  readonly style?: Html;
}

/** A complete HTML page. Its content security policy forbids loading anything. */
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

/** A name and a value for the head of a page. */
export type Fact = readonly [name: string, value: string];

/** Facts as a list; those with a long value take the width of two. */
export function factList(facts: readonly Fact[]): Html {
  const items = facts.map(([name, value]) =>
    html`
      <div class="${value.length > LONG ? "wide" : ""}">
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return html`<dl class="facts">${items}</dl>`;
}

/** A chart with title and legend. */
export function figure(chart: Chart): Html {
  const named = chart.curves.filter(({ label }) => label !== "");
  return html`
    <figure><figcaption><b>${chart.title}</b><span>${named.map(
      legendEntry,
    )}</span></figcaption>${drawChart(chart)}</figure>
  `;
}

/** The legend entry of a curve. */
export function legendEntry({ label, color }: Pick<Curve, "label" | "color">): Html {
  return html`
    <span class="key"><i style="background:${curveColor(color)}"></i>${label}</span>
  `;
}

/** A grid of charts. */
export function figures(charts: readonly Chart[]): Html {
  return html`
    <section class="charts">
    ${charts.map(figure)}</section>
  `;
}

/** CSS colors by name, for the light and the dark color scheme. */
const COLORS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  "text": ["#1b1e23", "#e6e8eb"],
  "quiet": ["#5d6570", "#9aa3ae"],
  "page": ["#fff", "#14171b"],
  "card": ["#f6f7f9", "#1d2126"],
  "grid": ["#d9dde3", "#3a414a"],
  "right": ["#11733a", "#5fce8e"],
  "curve-1": ["#2f6fd0", "#7aa9f7"],
  "curve-2": ["#d1580b", "#f79a55"],
  "curve-3": ["#1a8a5f", "#56c596"],
  "curve-4": ["#b8317f", "#ef7fbd"],
  "curve-5": ["#7a5fd0", "#ab98f5"],
  "curve-6": ["#8a6d00", "#d8bb4a"],
  "curve-7": ["#0f8a9d", "#57c7d8"],
  "curve-8": ["#7d5a4f", "#c5a294"],
};

const DARK = "@media (prefers-color-scheme:dark)";

const LIGHT = definitions(0);

function definitions(shade: 0 | 1): string {
  return Object.entries(COLORS).map(([name, shades]) => `--${name}:${shades[shade]}`).join(";");
}

/**
 * Turns a drawing into a standalone SVG file: attributes contain plain colors instead of CSS variables, for viewers without support for variables, and a style
 * sheet adapts them to the dark color scheme.
 */
export function standAlone({ text }: Html): string {
  const light = text.replace(/="var\(--([\w-]+)\)"/g, (_, name) => `="${COLORS[name][0]}"`);
  const dark = Object.values(COLORS).map(([light, dark]) =>
    ["color", "fill", "stroke"].map((what) => `[${what}="${light}"]{${what}:${dark}}`).join("")
  );
  return light.replace("<title>", `<style>${DARK}{${dark.join("")}}</style><title>`);
}

/** The style sheet of all pages: light and dark, one column on a phone, white in print. */
const STYLE: Html = new Html(`
:root{color-scheme:light dark}
:root{${LIGHT}}${DARK}{:root{${definitions(1)}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.2rem clamp(.8rem,3vw,2rem) 3rem;max-width:84rem;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
h3 small{font-weight:400}
p{margin:.3rem 0 .8rem}
.quiet{color:var(--quiet)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,10.5rem),1fr));gap:.5rem 1.2rem;margin:1rem 0}
.facts div{min-width:0}
.facts .wide{grid-column:span 2}
dt{color:var(--quiet);font-size:.8rem}
dd{margin:0;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:.8rem}
figure{margin:0;padding:.6rem .5rem .2rem;background:var(--card);border-radius:8px;break-inside:avoid;min-width:0}
figcaption{padding:0 .4rem;font-size:.88rem;display:flex;flex-wrap:wrap;gap:0 .9rem;justify-content:space-between}
figure svg{display:block;width:100%;height:auto;color:var(--quiet)}
.key{color:var(--quiet);white-space:nowrap}
.key i{display:inline-block;width:.9rem;height:.22rem;border-radius:2px;vertical-align:middle;margin-right:.3rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 1rem}
.scroll{overflow-x:auto}
figure .scroll svg{width:auto;max-width:none}
table{border-collapse:collapse;font-size:.88rem}
th,td{text-align:left;padding:.22rem .9rem .22rem 0;border-bottom:1px solid var(--grid);vertical-align:top}
td{overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
thead th{color:var(--quiet);font-weight:500}
code{font:.85em/1.4 ui-monospace,monospace}
details{margin:.6rem 0}
summary{cursor:pointer;font-size:1.1rem;font-weight:600;margin:1.2rem 0 .6rem}
summary small{font-weight:400;color:var(--quiet)}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,32rem),1fr));gap:1.2rem 2rem}
.sample{break-inside:avoid;min-width:0}
.maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,38rem),1fr));gap:.8rem}
.sample mark{background:none;color:inherit;border-bottom:2px solid var(--curve-2);padding:0 .1em}
.sample sub{color:var(--quiet);font-size:.7em}
.confusion{margin:.6rem 0}
.confusion th,.confusion td{padding:.35rem .9rem}
.worst{width:100%}
.worst td:nth-child(2){min-width:18rem;max-width:44rem}
.worst td div+div{color:var(--quiet);margin-top:.25rem}
.right{color:var(--right);font-weight:600}
.best{font-weight:700}
@media print{:root{${LIGHT}}body{max-width:none;padding:0;font-size:11px}html{font-size:11px}.charts{grid-template-columns:repeat(3,1fr)}.samples{grid-template-columns:1fr 1fr}figure{border:1px solid var(--grid)}}
`.replaceAll("\n", ""));
