/**
 * The frame, the style sheet and the charts that all pages share.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Chart, type Curve, curveColor, drawChart, type StepAxis } from "./draw.ts";
import { Html, html } from "./html.ts";
import { CHART_SCRIPT } from "./page_script.ts";

/** Characters above which the value of a fact is long. */
const LONG = 60;

/** Optional parts of a page. */
export interface PageOptions {
  /** A script after that of the charts; it may send requests to the server of the page. */
  readonly script?: Html;
  /** CSS rules after those of all pages. */
  readonly style?: Html;
}

/** A complete HTML page. Its content security policy forbids loading anything, and admits no other script than those of the page, by their hashes. */
export function page(title: string, body: Html, { script, style }: PageOptions = {}): string {
  const scripts = script === undefined ? [CHART_SCRIPT] : [CHART_SCRIPT, script];
  const hashes = scripts.map((one) => `'sha256-${sha256(one.text)}'`).join(" ");
  const connecting = script === undefined ? "" : "; connect-src 'self'; worker-src 'self'";
  const running = scripts.map((one) => html`<script>${one}</script>`);
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes}${connecting}">
        <title>${title}</title>
        <style>${STYLE}${style ?? html``}</style>
      </head>
      <body>
    ${body}
    ${running}
      </body>
    </html>
  `.text.trimStart();
}

/** The hash of a text in base64. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
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

/** Width of a large chart in pixels, before the page scales it. */
const LARGE = 500;

/** A chart with title, legend and note. */
export function figure(chart: Chart, axes: readonly StepAxis[] = [], width?: number): Html {
  const named = chart.legend === false ? [] : chart.curves.filter(({ label }) => label !== "");
  return html`
    <figure><figcaption><b>${chart.title}</b><span class="keys">${named.map(
      legendEntry,
    )}${chart.note === undefined
      ? html``
      : html`<span class="note">${chart.note}</span>`}</span></figcaption>${drawChart(
        chart,
        axes,
        width,
      )}</figure>
  `;
}

/** The legend entry of a curve. */
export function legendEntry({ label, color }: Pick<Curve, "label" | "color">): Html {
  return html`
    <span class="key"><i style="background:${curveColor(color)}"></i>${label}</span>
  `;
}

/** A grid of charts: two large ones per row, or three small ones. The captions of a row have equal heights. */
export function figures(
  charts: readonly Chart[],
  axes: readonly StepAxis[] = [],
  size: "large" | "small" = "small",
): Html {
  return html`
    <section class="charts ${size}">
    ${charts.map((chart) => figure(chart, axes, size === "large" ? LARGE : undefined))}</section>
  `;
}

/** The choice of the horizontal axis and of smoothing. The script shows it; without the script it has no effect. */
export function chartControls(axes: readonly StepAxis[]): Html {
  const choices = [{ id: "step", name: "steps" }, ...axes].map(({ id, name }) =>
    html`<label><input type="radio" name="axis" value="${id}"${new Html(
      id === "step" ? " checked" : "",
    )}>${name}</label>`
  );
  return html`
    <form class="controls"
      hidden><span role="group" aria-label="Horizontal axis">over ${choices}</span><label>smoothing <input type="range" name="smooth" min="0" max="0.98" step="0.02" value="0"></label></form>
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
  "wrong": ["#b3261e", "#ff8a80"],
  "doubt": ["#8a5a00", "#f0b429"],
  "hit": ["#2e9e5b", "#2f9e5f"],
  "miss": ["#f3d9d2", "#4a2f2b"],
  "shade": ["#0003", "#fff4"],
  "reference": ["#5d6570", "#9aa3ae"],
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
  const light = text.replace(/ data-chart="[^"]*"/g, "").replace(
    /="var\(--([\w-]+)\)"/g,
    (_, name) => `="${COLORS[name][0]}"`,
  );
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
.charts.large{grid-template-columns:repeat(auto-fill,minmax(min(100%,27rem),1fr))}
.charts>figure{display:grid;grid-template-rows:subgrid;grid-row:span 2;row-gap:0}
figcaption{padding:0 .4rem;font-size:.88rem}
figcaption b,.keys{display:block}
.keys{min-height:1.5em}
.keys>*{margin-right:.9rem}
.note{color:var(--quiet);font-size:.8rem;white-space:nowrap}
figure svg{display:block;width:100%;height:auto;color:var(--quiet)}
svg.chart{overflow:visible}svg.chart,svg.map{cursor:crosshair;touch-action:pan-y}
svg .reference{paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
svg .cursor{stroke:var(--quiet);stroke-width:1}
.tip{position:fixed;z-index:9;pointer-events:none;max-width:min(24rem,94vw);padding:.3rem .55rem;border-radius:6px;background:var(--page);border:1px solid var(--grid);box-shadow:0 2px 8px #0003;font-size:.8rem;font-variant-numeric:tabular-nums}
.tip .head{color:var(--quiet)}
.tip i{display:inline-block;width:.9rem;height:.22rem;border-radius:2px;vertical-align:middle;margin-right:.35rem}
.controls{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;align-items:center;margin:.2rem 0 .6rem;font-size:.85rem;color:var(--quiet)}
.controls[hidden]{display:none}
.controls label{margin-right:.7rem}
.controls input{vertical-align:middle;margin:0 .3rem 0 0;accent-color:var(--curve-1)}
.what{margin:0;color:var(--quiet);overflow-wrap:anywhere}
.verdict{margin:.9rem 0;padding:.6rem .9rem;border-left:5px solid var(--mood);background:var(--card);border-radius:4px 8px 8px 4px}
.verdict b{display:block;font-size:1.12rem;color:var(--mood)}
.verdict p{margin:.15rem 0 0;max-width:60rem}
.good{--mood:var(--right)}
.warn{--mood:var(--doubt)}
.bad{--mood:var(--wrong)}
.plain{--mood:var(--quiet)}
.headlines{display:flex;flex-wrap:wrap;gap:.6rem 2.4rem;margin:.9rem 0 1.2rem}
.headlines dd{font-size:1.7rem;line-height:1.25;font-variant-numeric:tabular-nums}
.headlines small{display:block;font-size:.8rem;line-height:1.4;color:var(--quiet)}
.progress{margin:.7rem 0}
.progress div{height:.5rem;border-radius:.25rem;background:var(--grid);overflow:hidden}
.progress div i{display:block;height:100%;background:var(--curve-1)}
.progress p{margin:.25rem 0 0;color:var(--quiet);font-variant-numeric:tabular-nums}
.key{color:var(--quiet);white-space:nowrap}
.key i{display:inline-block;width:.9rem;height:.22rem;border-radius:2px;vertical-align:middle;margin-right:.3rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0 1rem}
.scroll{--under:var(--page);overflow-x:auto;background:linear-gradient(90deg,var(--under) 40%,transparent) 0 0/3rem 100% no-repeat local,linear-gradient(270deg,var(--under) 40%,transparent) 100% 0/3rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) 0 0/.7rem 100% no-repeat scroll,linear-gradient(270deg,var(--shade),transparent) 100% 0/.7rem 100% no-repeat scroll}
figure .scroll{--under:var(--card)}
figure .scroll svg{width:auto;max-width:none}
table{border-collapse:collapse;font-size:.88rem}
th,td{text-align:left;padding:.22rem .9rem .22rem 0;border-bottom:1px solid var(--grid);vertical-align:top}
td{overflow-wrap:anywhere}
td.word{overflow-wrap:normal}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
thead th{color:var(--quiet);font-weight:500}
code{font:.85em/1.4 ui-monospace,monospace}
details{margin:.6rem 0}
summary{cursor:pointer;font-size:1.1rem;font-weight:600;margin:1.2rem 0 .6rem}
summary small{font-weight:400;color:var(--quiet)}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,32rem),1fr));gap:1.2rem 2rem}
.sample{break-inside:avoid;min-width:0}
.maps{display:grid;grid-template-columns:minmax(0,1fr);gap:.8rem}
.sample mark,.p{color:inherit;border-radius:3px;padding:0 .25em}
.sample sub{color:var(--quiet);font-size:.7em}
.sample th small{font-weight:400}
.strip{white-space:nowrap;font-variant-numeric:tabular-nums}
.strip svg{vertical-align:middle;border-radius:3px;margin-right:.3rem}
.scale{font-size:.85rem}
.scale .p{margin-left:.4rem;color:var(--text)}
.confusion{margin:.6rem 0}
.confusion th,.confusion td{padding:.35rem .9rem}
.worst{list-style:none;padding:0;margin:.4rem 0}
.worst li{display:grid;grid-template-columns:minmax(0,1fr) minmax(11rem,18rem);gap:.2rem 1.6rem;padding:.5rem 0;border-bottom:1px solid var(--grid);break-inside:avoid}
.worst li>div>div+div{color:var(--quiet);margin-top:.15rem}
.worst li>div,.worst dd{overflow-wrap:anywhere}
.flag{white-space:nowrap}
.worst dl{display:flex;flex-wrap:wrap;gap:.1rem 1.6rem;margin:0}
.worst dt,.worst small{font-size:.78rem}
mark.gold{background:color-mix(in srgb,var(--hit) 40%,transparent);color:var(--text);border-radius:3px}
mark.predicted{background:none;color:var(--text);border-bottom:2px solid var(--wrong)}
mark.gold.predicted{background:color-mix(in srgb,var(--hit) 40%,transparent)}
.wrong{color:var(--wrong)}
.right{color:var(--right);font-weight:600}
.best{font-weight:700}
.ranking th{font-weight:600}.ranking tbody th{min-width:10rem}.ranking thead th{font-weight:500}.ranking small{font-weight:400}
@media print{:root{${LIGHT}}body{max-width:none;padding:0;font-size:11px}html{font-size:11px}.charts{grid-template-columns:repeat(3,1fr)}.samples{grid-template-columns:1fr 1fr}figure{border:1px solid var(--grid)}.controls,.tip{display:none}figure .scroll svg{width:100%;height:auto}*{print-color-adjust:exact}}
@media(max-width:34rem){.worst li{grid-template-columns:1fr}.headlines{gap:.5rem 1.6rem}.headlines dd{font-size:1.35rem}}
`.replaceAll("\n", ""));
