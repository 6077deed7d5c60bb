/**
 * Finding the rows that a claim compares.
 *
 * @module
 */
import type { Experiment, PaperModel, Row, Variation } from "../experiment.ts";
import type { RowPattern } from "./claim.ts";

/** What a model of the paper has where a row says nothing (Table 1, §4.1). */
const OWN: Readonly<Record<PaperModel, RowPattern>> = {
  "bert-base": bert(12, 768),
  "bert-large": bert(24, 1024),
  "albert-base": albert(12, 768, 0.1),
  "albert-large": albert(24, 1024, 0.1),
  "albert-xlarge": albert(24, 2048, 0.1),
  "albert-xxlarge": albert(12, 4096, 0),
};

function bert(layers: number, hiddenSize: number): RowPattern {
  const own = { layers, hiddenSize, embeddingSize: hiddenSize, dropout: 0.1, extraData: false };
  return { ...own, share: "none", pairObjective: "nsp" };
}

function albert(layers: number, hiddenSize: number, dropout: number): RowPattern {
  const own = { layers, hiddenSize, embeddingSize: 128, dropout, extraData: false };
  return { ...own, share: "all", pairObjective: "sop" };
}

/** The first row of an experiment that varies what the pattern says. */
export function findRow({ rows }: Experiment, pattern: RowPattern): Row | undefined {
  return rows.find(({ variation }) => variation !== undefined && matches(variation, pattern));
}

function matches(variation: Variation, pattern: RowPattern): boolean {
  const all = { ...OWN[variation.model], ...variation };
  return (Object.keys(pattern) as (keyof Variation)[]).every((key) => all[key] === pattern[key]);
}
