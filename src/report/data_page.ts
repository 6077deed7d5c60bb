/**
 * What prepared data holds, and what becomes of it in training, as a page.
 *
 * @module
 */
import type { DataIndex, ExampleStatistics } from "../data/mod.ts";
import type { BarChart } from "./chart_specs.ts";
import { drawBars } from "./draw.ts";
import type { Fact } from "./facts.ts";
import { count, percent } from "./figures.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";

/** Examples that were counted, and how long they may be. */
export interface CountedExamples {
  /** What was counted. */
  readonly statistics: ExampleStatistics;
  /** Tokens of the longest. */
  readonly maxSeqLength: number;
}

/**
 * Draws a page about a folder of shards.
 *
 * @param name What the folder is called.
 * @param index Its index.
 * @param examples Counts over its examples; null when it is too small to make one.
 * @returns An HTML page.
 */
export async function dataPage(
  name: string,
  index: DataIndex,
  examples: CountedExamples | null,
): Promise<string> {
  const { sentences, documents } = index.report.lengths;
  const charts: BarChart[] = [
    bars("Tokens a sentence", "tokens", sentences, (i, last) => `${8 * i}${last ? "+" : ""}`),
    bars("Tokens a document", "tokens, at least", documents, (i) => count(2 ** i)),
  ];
  return page(
    `${name} – data`,
    html`
      <main>
      <h1>${name}</h1>
      ${facts(dataFacts(index))} ${await grid(charts)} ${examples === null
        ? html`<p class="quiet">There is too little text for a training example.</p>`
        : await examplesSection(examples)}
      </main>
    `,
  );
}

async function examplesSection({ statistics, maxSeqLength }: CountedExamples): Promise<Html> {
  const { lengthHistogram, maskedPercentHistogram, spansDrawn, spansMasked } = statistics;
  const charts: BarChart[] = [
    bars(
      "Tokens an example",
      "tokens, at most",
      lengthHistogram,
      (i) => `${Math.round((i * maxSeqLength) / 16)}`,
    ),
    bars("Masked tokens of an example", "percent", maskedPercentHistogram, String),
    { title: "Words of a masked span, as drawn (%)", axis: "words", bars: shares(spansDrawn) },
    { title: "Words of a masked span, as masked (%)", axis: "words", bars: shares(spansMasked) },
  ];
  return html`
    <h2>${count(statistics.examples)} examples of at most ${maxSeqLength} tokens</h2>
    ${facts(exampleFacts(statistics))} ${await grid(charts)}
  `;
}

function dataFacts({ shards, report, vocabulary, fingerprint }: DataIndex): Fact[] {
  const total = (field: "documents" | "sentences" | "tokens") =>
    count(shards.reduce((sum, shard) => sum + shard[field], 0));
  return [
    ["Documents", total("documents")],
    ["Left out as equal", count(report.duplicateDocuments)],
    ["Left out as empty", count(report.emptyDocuments)],
    ["Sentences", total("sentences")],
    ["Tokens", total("tokens")],
    ["Vocabulary", `${count(vocabulary.size)} pieces`],
    ["Shards", count(shards.length)],
    ["Fingerprint", fingerprint.slice(0, 16)],
  ];
}

function exampleFacts(statistics: ExampleStatistics): Fact[] {
  const { mask, kept, random } = statistics.replacements;
  return [
    ["Tokens an example", statistics.meanLength.toFixed(1)],
    ["Cut to fit", percent(statistics.truncated)],
    ["Swapped or random pairs", percent(statistics.pairsWithLabelOne)],
    ["Short targets, as drawn", percent(statistics.shortTargetsDrawn)],
    ["Masked tokens an example", statistics.meanMasked.toFixed(1)],
    ["Masked as many as asked", percent(statistics.budgetsMet)],
    ["Masked, kept, random", [mask, kept, random].map(percent).join(", ")],
    ["Pairs across documents", count(statistics.pairsAcrossDocuments)],
  ];
}

function facts(list: readonly Fact[]): Html {
  const shown = list.map(([name, value]) =>
    html`
      <div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return html`<dl class="facts">${shown}</dl>`;
}

/** Bars from the first to the last that is not empty; the last that there is has no upper end. */
function bars(
  title: string,
  axis: string,
  counts: readonly number[],
  name: (i: number, last: boolean) => string,
): BarChart {
  const first = Math.max(counts.findIndex((n) => n > 0), 0);
  const end = counts.findLastIndex((n) => n > 0) + 1;
  const named = counts.map((n, i) => [name(i, i === counts.length - 1), n] as const);
  return { title, axis, bars: named.slice(first, end) };
}

function shares(values: readonly number[]): [string, number][] {
  return values.map((share, i) => [`${i + 1}`, 100 * share]);
}

async function grid(charts: readonly BarChart[]): Promise<Html> {
  const drawn: Html[] = [];
  for (const chart of charts.filter(({ bars }) => bars.length > 0)) {
    const svg = await drawBars(chart);
    drawn.push(html`<figure><figcaption><b>${chart.title}</b></figcaption>${svg}</figure>`);
  }
  return html`<section class="charts">${drawn}</section>`;
}
