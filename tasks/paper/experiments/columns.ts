/**
 * Columns shared by several tables, and helpers for the paper's cells.
 *
 * @module
 */
import type { BenchmarkId, Column, PaperModel, Row } from "../experiment.ts";

/** Creates the column of a benchmark. */
export function benchmark(id: BenchmarkId, label: string, ...metrics: string[]): Column {
  return { id, label, measure: { kind: "finetune", benchmark: id, metrics } };
}

/** SQuAD 1.1, F1 and exact match. */
const SQUAD_1: Column = benchmark("squad-1.1", "SQuAD1.1", "f1", "exact_match");
/** SQuAD 2.0, F1 and exact match, which its official script names `exact`. */
const SQUAD_2: Column = benchmark("squad-2.0", "SQuAD2.0", "f1", "exact");
/** MNLI, matched. */
const MNLI: Column = benchmark("mnli", "MNLI", "accuracy");
const SST_2: Column = benchmark("sst-2", "SST-2", "accuracy");
/** RACE, the development set. */
const RACE: Column = benchmark("race", "RACE", "accuracy");

/** Mean of the five benchmarks above. */
const AVERAGE: Column = {
  id: "avg",
  label: "Avg",
  measure: { kind: "average", of: ["squad-1.1", "squad-2.0", "mnli", "sst-2", "race"] },
};

/** The five benchmarks of most tables and their mean, in the paper's order. */
export const DOWNSTREAM: readonly Column[] = [SQUAD_1, SQUAD_2, MNLI, SST_2, RACE, AVERAGE];

/** Parameters at the paper's size. */
export const PARAMETERS: Column = {
  id: "parameters",
  label: "Parameters",
  measure: { kind: "parameters", size: "paper" },
};

/** Parameters of the models that are trained. */
export const PRESET_PARAMETERS: Column = {
  id: "preset-parameters",
  label: "Parameters at this size",
  measure: { kind: "parameters", size: "preset" },
  added: true,
};

/** Masked-LM accuracy, which the paper prints in Table 5 and Figure 2. */
export const MLM: Column = {
  id: "mlm",
  label: "MLM",
  measure: { kind: "intrinsic", metrics: ["mlm_accuracy"] },
};

/** Masked-LM accuracy where the paper does not print it: at small sizes it resolves differences that benchmarks do not. */
export const ADDED_MLM: Column = { ...MLM, added: true };

/** Bytes of gradients that a data-parallel step exchanges. */
export const TRAFFIC: Column = {
  id: "traffic",
  label: "Gradient bytes per step",
  measure: { kind: "cost", of: "traffic" },
  added: true,
};

/** Peak memory of a step. */
export const MEMORY: Column = {
  id: "memory",
  label: "Memory per step",
  measure: { kind: "cost", of: "memory" },
  added: true,
};

/** The paper's cells by column: one text per column, `-` for an empty cell. */
export function cells(columns: readonly Column[], ...texts: string[]): Record<string, string> {
  if (texts.length !== columns.length) {
    throw new RangeError(
      `Expected ${columns.length} cells, got ${texts.length}: ${texts.join(" ")}`,
    );
  }
  return Object.fromEntries(
    columns.flatMap(({ id }, i) => texts[i] === "-" ? [] : [[id, texts[i]]]),
  );
}

/** The row of a model of the paper. */
export function modelRow(
  columns: readonly Column[],
  model: PaperModel,
  group: string,
  label: string,
  ...printed: string[]
): Row {
  return { id: model, group, label, variation: { model }, paper: cells(columns, ...printed) };
}

/** The rows of a table with leaderboard results: those that the paper quotes, and ALBERT's. */
export interface LeaderboardRows {
  /** A quoted row. */
  quoted(group: string, label: string, ...printed: string[]): Row;
  /** The best ALBERT model after a number of pretraining steps, in the group of single models. */
  albert(steps: number, ...printed: string[]): Row;
}

/**
 * Creates the rows of a table with leaderboard results.
 *
 * @param single heading of the group of single models; all other groups are ensembles
 * @param idOf the end of a row's id, from its label
 */
export function leaderboardRows(
  columns: readonly Column[],
  single: string,
  idOf: (label: string) => string,
): LeaderboardRows {
  const quoted = (group: string, label: string, ...printed: string[]): Row => {
    const ensemble = group !== single;
    const id = `${ensemble ? "ensemble" : "single"}-${idOf(label)}`;
    return { id, group, label, ensemble, paper: cells(columns, ...printed) };
  };
  return {
    quoted,
    albert: (steps, ...printed) => ({
      ...quoted(single, `ALBERT (${steps / 1e6}M)`, ...printed),
      variation: { model: "albert-xxlarge", extraData: true, dropout: 0, steps },
    }),
  };
}

/** The protocol of all tables with development-set results. */
export const DEV_PROTOCOL =
  "125,000 steps of batch size 4096 on BookCorpus and Wikipedia. Fine-tuned models are evaluated on the development sets; the best checkpoint of a run counts.";
