/**
 * Statistics of the data as text for a terminal.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import type { ExampleStatistics } from "./example_statistics.ts";
import type { DataIndex } from "./index_file.ts";
import { SENTENCE_BAR } from "./length_histogram.ts";

/**
 * Describes a folder of shards.
 *
 * @param index Its index.
 * @returns Lines of text.
 */
export function describeData(index: DataIndex): string {
  const total = (field: "documents" | "sentences" | "tokens") =>
    index.shards.reduce((sum, shard) => sum + shard[field], 0);
  const { report } = index;
  const { sentences, documents } = report.lengths;
  return [
    `documents            ${formatCount(total("documents"))}`,
    `  duplicates         ${formatCount(report.duplicateDocuments)}`,
    `  empty              ${formatCount(report.emptyDocuments)}`,
    `sentences            ${formatCount(total("sentences"))}`,
    `tokens               ${formatCount(total("tokens"))}`,
    `vocabulary           ${formatCount(index.vocabulary.size)} pieces`,
    `shards               ${index.shards.length}`,
    `fingerprint          ${index.fingerprint}`,
    "",
    "tokens a sentence",
    ...histogram(sentences, (i) => `${SENTENCE_BAR * i}`, sentences.length - 1),
    "",
    "tokens a document",
    ...histogram(documents, (i) => `${2 ** i}`),
  ].join("\n");
}

/**
 * Describes examples.
 *
 * @param statistics The statistics.
 * @returns Lines of text.
 */
export function describeExamples(statistics: ExampleStatistics): string {
  const { replacements } = statistics;
  return [
    `examples                    ${formatCount(statistics.examples)}`,
    `tokens per example          ${statistics.meanLength.toFixed(1)}`,
    `truncated                   ${percent(statistics.truncated)}`,
    `pair label 1                ${percent(statistics.pairsWithLabelOne)}`,
    `pairs across documents      ${formatCount(statistics.pairsAcrossDocuments)}`,
    `pairs not consecutive       ${formatCount(statistics.pairsNotConsecutive)}`,
    `short targets, as drawn     ${percent(statistics.shortTargetsDrawn)}`,
    `one-sentence chunks dropped ${
      percent(statistics.oneSentenceChunksDropped)
    } of the chunks used`,
    `n-gram lengths, as drawn    ${statistics.spansDrawn.map(percent).join(", ")}`,
    `n-gram lengths, as masked   ${statistics.spansMasked.map(percent).join(", ")}`,
    `masked tokens per example   ${statistics.meanMasked.toFixed(1)}`,
    `exactly the intended number ${percent(statistics.budgetsMet)}`,
    `masked / kept / random      ${
      [replacements.mask, replacements.kept, replacements.random].map(percent).join(" / ")
    }`,
    "",
    "tokens an example",
    ...histogram(statistics.lengthHistogram, (i) => sixteenth(i, statistics.maxSeqLength)),
    "",
    "percent of an example's tokens masked",
    ...histogram(statistics.maskedPercentHistogram, String),
  ].join("\n");
}

/** `113–128`: the lengths of sixteenth i of the maximum. */
function sixteenth(i: number, most: number): string {
  return `${Math.floor((i - 1) * most / 16) + 1}–${Math.floor(i * most / 16)}`;
}

/** Bars from the first to the last non-empty one; `open` is the index of a bar without an upper limit. */
function histogram(
  counts: readonly number[],
  label: (i: number) => string,
  open: number = -1,
): string[] {
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const most = Math.max(...counts);
  const lines: string[] = [];
  for (let i = Math.max(first, 0); i <= last; i++) {
    const name = `${label(i)}${i === open ? "+" : ""}`;
    const bar = "█".repeat(Math.round(40 * counts[i] / most));
    lines.push(`  ${name.padStart(9)} ${bar.padEnd(40)} ${formatCount(counts[i])}`);
  }
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}
