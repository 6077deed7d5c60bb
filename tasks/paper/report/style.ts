/**
 * CSS rules of the paper's report, in addition to those of all pages.
 *
 * @module
 */
import { Html } from "../../../src/report/mod.ts";

/** Tables with rules as in print, findings, and their layout on phones and in print. */
export const PAPER_STYLE: Html = new Html(`
a{color:inherit;text-decoration-color:var(--curve-1);text-underline-offset:.2em;text-decoration-thickness:1px}
table.printed a{text-decoration:none}table.printed a:hover,table.printed a:focus-visible{text-decoration:underline}
h1{font-size:1.9rem;letter-spacing:-.01em}
h2{font-size:1.25rem;border-top:1px solid var(--grid);padding-top:1.2rem;margin-top:2.4rem}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
nav{display:flex;flex-wrap:wrap;gap:.2rem .9rem;margin:1rem 0;font-size:.9rem}
section p{max-width:62rem}
.small{font-size:.82rem}
table.printed{border-top:2px solid var(--text);border-bottom:2px solid var(--text);margin:.6rem 0 .2rem}
table.printed th,table.printed td{border:0;padding:.28rem .8rem;vertical-align:top}
table.printed thead th{border-bottom:1px solid var(--text);color:var(--text);font-weight:600;vertical-align:bottom;white-space:normal;line-height:1.25}
table.printed thead th.added{max-width:8.5rem}
table.printed th:first-child{position:sticky;left:0;background:var(--page);padding-left:0;font-weight:500;white-space:nowrap;text-align:left}
table.printed tbody+tbody tr:first-child>*{border-top:1px solid var(--grid)}
table.printed .group th{font-style:italic;font-weight:400;padding-top:.5rem}
table.printed .group span{position:sticky;left:0}
.ours,.paper,.about{display:block}
.ours{position:relative}
.ours sup{position:absolute;left:100%;top:.1em;line-height:1;font-size:.66rem;padding-left:.1em}
.ours,.paper,.about{margin-right:calc(var(--spread,0)*.62em)}
.printed thead th.n{padding-right:calc(.8rem + var(--spread,0)*.62em)}
.ours small{position:absolute;left:100%;top:.12em;padding-left:.15em;color:var(--quiet);font-size:.82em}
.ours:has(small) sup{left:calc(100% + var(--spread,0)*.62em)}
.paper{color:var(--quiet);font-style:italic}.about{color:var(--quiet);font-size:.76em;white-space:nowrap}.printed-row>*{padding-top:0!important}.printed-row th{color:var(--quiet);font-style:italic;font-weight:400}.measured>*{padding-bottom:.1rem!important}
.added{background:color-mix(in srgb,var(--card) 70%,transparent)}
sup{font-size:.7em;line-height:0;color:var(--quiet)}
.failed{color:var(--curve-2);font-weight:600}
ul.notes,.remarks ul{list-style:none;padding:0;margin:.3rem 0;font-size:.82rem}
.remarks{font-size:.82rem;margin:.6rem 0;padding:.1rem 0 .1rem .8rem;border-left:3px solid var(--grid);max-width:62rem}
details.runs summary,details.failure summary{font-size:.9rem;margin:.4rem 0}
pre{white-space:pre-wrap;overflow:auto;background:var(--card);padding:.6rem .8rem;border-radius:6px;font-size:.8rem;max-height:20rem}
tr:target td{background:var(--card)}
h2.opening{border:0;margin:1rem 0 .2rem;padding:0;font-size:1.45rem}
.forest{margin:.8rem 0 .4rem;font-variant-numeric:tabular-nums}
.forest-row,.forest-heading,.forest-axis{display:grid;grid-template-columns:6.6rem minmax(13rem,1fr) minmax(12rem,1.1fr) 12.5rem;gap:0 1.1rem;align-items:center}
.forest-row{padding:.12rem 0}
.forest-row>b{font-size:.86rem;white-space:nowrap}
.forest-row a{text-decoration:none;font-weight:500}.forest-row a:hover,.forest-row a:focus-visible{text-decoration:underline}
.forest small{display:block;font-size:.76rem;line-height:1.3}
.forest svg{display:block;width:100%;overflow:visible}
.forest-heading{margin-top:.7rem;font-style:italic;font-size:.86rem}.forest-heading span{grid-column:2/-1}
.forest-axis svg{grid-column:3}
.forest-numbers{font-size:.88rem}
.claims{list-style:none;padding:0;margin:.5rem 0;font-size:.88rem;max-width:62rem}
aside{grid-row:span 2;font-size:.9rem;padding:.6rem .4rem;align-self:start}
.keys{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;font-size:.86rem}
.keys svg{vertical-align:middle}
.finding{border:1px solid var(--grid);border-radius:10px;padding:.7rem .9rem .5rem;margin:.7rem 0;break-inside:avoid}
.finding header{display:flex;flex-wrap:wrap;gap:.1rem .7rem;align-items:baseline;margin-bottom:.3rem}
.finding h4{margin:0;font-size:1rem;flex:1 1 24rem}
.finding header>.quiet{font-size:.82rem}
.verdict{font-size:.8rem;font-weight:600;padding:.05rem .55rem;border-radius:1rem;border:1px solid currentColor;white-space:nowrap}
.verdict i{font-style:normal}
.reproduced{color:var(--right)}.opposite{color:var(--curve-2)}.not-resolved{color:var(--quiet)}
.evidence{display:grid;grid-template-columns:minmax(0,1fr) 19rem 200px 9rem;gap:.1rem 1.2rem;padding:.45rem 0;border-top:1px solid var(--grid);align-items:center;font-size:.88rem;font-variant-numeric:tabular-nums}
.evidence small{display:block}
.evidence>div:first-child::first-letter{text-transform:uppercase}
.evidence>div:last-child{font-size:.8rem;overflow-wrap:anywhere}
.effect{display:inline-block;max-width:100%;overflow:visible}
.effect .expected{fill:var(--right);opacity:.1}
.effect .threshold{stroke:var(--quiet);stroke-dasharray:2 2}
.effect .reach{stroke:var(--text);stroke-width:1.6;fill:none}
.effect circle.ours{fill:var(--text)}
.effect .theirs{fill:none;stroke:var(--quiet);stroke-width:1.4}
@media (max-width:56rem){.evidence{grid-template-columns:minmax(0,1fr) auto}.evidence>div:first-child{grid-column:1/-1}.evidence>div:last-child{grid-column:1/-1}}
@media (max-width:48rem){.forest-row,.forest-heading,.forest-axis{grid-template-columns:minmax(0,1fr)}.forest-row{padding:.5rem 0 .2rem;gap:.15rem}.forest-heading span,.forest-axis svg{grid-column:1}.forest-row>b{font-size:.8rem}.forest-numbers{display:flex;flex-wrap:wrap;gap:0 .8rem}}
@media (max-width:34rem){.evidence{grid-template-columns:minmax(0,1fr)}h1{font-size:1.5rem}table.printed th,table.printed td{padding:.25rem .5rem}table.printed th:first-child{max-width:9rem;white-space:normal}}
@media print{@page{size:A4;margin:14mm}nav,details.runs{display:none}.scroll{overflow:visible}table.printed{font-size:8.5px;width:100%}table.printed th,table.printed td{padding:.15rem .25rem}table.printed th:first-child{position:static}section.experiment{break-inside:avoid}h2,h3{break-after:avoid}.finding{padding:.4rem .6rem}a{text-decoration:none}.evidence{grid-template-columns:minmax(0,1fr) 14rem 150px 6rem}}
`.replaceAll("\n", ""));
