/**
 * The page about prepared data and the training examples made from it.
 *
 * @module
 */
import type { DataIndex, ExampleStatistics } from "../data/mod.ts";
import { formatCount } from "../json/mod.ts";
import { type BarChart, drawBars } from "./draw.ts";
import { formatPercent } from "./format.ts";
import { type Html, html } from "./html.ts";
import { type Fact, factList, page } from "./page.ts";

/** Statistics of training examples and their maximum length. */
export interface CountedExamples {
  /** What was counted. */
  readonly statistics: ExampleStatistics;
  /** In tokens. */
  readonly maxSeqLength: number;
}

/**
 * Draws a self-contained HTML page about a folder of shards.
 *
 * @param name the folder's name
 * @param index its index
 * @param examples null if the folder has too little text for an example
 */
export function dataPage(
  name: string,
  index: DataIndex,
  examples: CountedExamples | null,
): string {
  const { sentences, documents } = index.report.lengths;
  const charts: BarChart[] = [
    bars("Tokens per sentence", "tokens", sentences, (i, last) => `${8 * i}${last ? "+" : ""}`),
    bars("Tokens per document", "tokens (at least)", documents, (i) => formatCount(2 ** i)),
  ];
  return page(
    `${name} – data`,
    html`
      <main>
      <h1>${name}</h1>
      ${factList(dataFacts(index))} ${grid(charts)} ${examples === null
        ? html`<p class="quiet">The folder contains too little text for a training example.</p>`
        : examplesSection(examples)}
      </main>
    `,
  );
}

function examplesSection({ statistics, maxSeqLength }: CountedExamples): Html {
  const { lengthHistogram, maskedPercentHistogram, spansDrawn, spansMasked } = statistics;
  const charts: BarChart[] = [
    bars(
      "Tokens per example",
      "tokens (at most)",
      lengthHistogram,
      (i) => `${Math.round((i * maxSeqLength) / 16)}`,
    ),
    bars("Masked tokens per example", "percent", maskedPercentHistogram, String),
    { title: "Length of sampled n-grams (%)", axis: "words", bars: shares(spansDrawn) },
    { title: "Length of masked n-grams (%)", axis: "words", bars: shares(spansMasked) },
  ];
  return html`
    <h2>${formatCount(statistics.examples)} examples of at most ${maxSeqLength} tokens</h2>
    ${factList(exampleFacts(statistics))} ${grid(charts)}
  `;
}

function dataFacts({ shards, report, vocabulary, fingerprint }: DataIndex): Fact[] {
  const total = (field: "documents" | "sentences" | "tokens") =>
    formatCount(shards.reduce((sum, shard) => sum + shard[field], 0));
  return [
    ["Documents", total("documents")],
    ["Duplicates removed", formatCount(report.duplicateDocuments)],
    ["Empty documents removed", formatCount(report.emptyDocuments)],
    ["Sentences", total("sentences")],
    ["Tokens", total("tokens")],
    ["Vocabulary", `${formatCount(vocabulary.size)} pieces`],
    ["Shards", formatCount(shards.length)],
    ["Fingerprint", fingerprint.slice(0, 16)],
  ];
}

function exampleFacts(statistics: ExampleStatistics): Fact[] {
  const { mask, kept, random } = statistics.replacements;
  return [
    ["Tokens per example", statistics.meanLength.toFixed(1)],
    ["Truncated", formatPercent(statistics.truncated)],
    ["Swapped or random pairs", formatPercent(statistics.pairsWithLabelOne)],
    ["Short target lengths", formatPercent(statistics.shortTargetsDrawn)],
    ["Masked tokens per example", statistics.meanMasked.toFixed(1)],
    ["Examples with all masks placed", formatPercent(statistics.budgetsMet)],
    ["[MASK], kept, random", [mask, kept, random].map(formatPercent).join(", ")],
    ["Pairs across documents", formatCount(statistics.pairsAcrossDocuments)],
  ];
}

/** A histogram from its first to its last bin that is not empty; the last bin of `counts` has no upper bound. */
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

function grid(charts: readonly BarChart[]): Html {
  const drawn = charts.filter(({ bars }) => bars.length > 0).map((chart) =>
    html`<figure><figcaption><b>${chart.title}</b></figcaption>${drawBars(chart)}</figure>`
  );
  return html`<section class="charts">${drawn}</section>`;
}
