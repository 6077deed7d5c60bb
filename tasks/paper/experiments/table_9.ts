/**
 * Table 9: GLUE.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import { benchmark, leaderboardRows } from "./columns.ts";

const TASKS: readonly Column[] = [
  benchmark("mnli", "MNLI", "accuracy"),
  benchmark("qnli", "QNLI", "accuracy"),
  benchmark("qqp", "QQP", "accuracy"),
  benchmark("rte", "RTE", "accuracy"),
  benchmark("sst-2", "SST", "accuracy"),
  benchmark("mrpc", "MRPC", "accuracy"),
  benchmark("cola", "CoLA", "matthews_correlation"),
  benchmark("sts-b", "STS", "pearson"),
  benchmark("wnli", "WNLI", "accuracy"),
];

const COLUMNS: readonly Column[] = [
  ...TASKS,
  { id: "avg", label: "Avg", measure: { kind: "average", of: TASKS.map(({ id }) => id) } },
];

const SINGLE = "Single-task single models on dev";
const ENSEMBLES = "Ensembles on test, leaderboard of 16 September 2019";

const { quoted, albert } = leaderboardRows(
  COLUMNS,
  SINGLE,
  (label) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
);

export const TABLE_9: Experiment = {
  id: "table-9",
  kind: "table",
  title: "GLUE",
  question: "What does the best ALBERT model reach on GLUE?",
  protocol:
    "ALBERT-xxlarge with masked-LM and SOP objectives, no dropout, additional data. Development set: single model, median of five runs; RTE, STS and MRPC are initialized from the MNLI model. Test set: ensembles of 6 to 17 models.",
  notes: [
    "Here, RTE, STS and MRPC start from the pretrained model, not from the MNLI model, and the median is over --finetune-runs, by default one.",
    "On the development sets, MRPC and QQP are accuracies; on the test set, MRPC is F1, the leaderboard's first number.",
    "Test rows are quoted from the leaderboard and not run, because the labels are not public. Averages are the leaderboard's, over both numbers of tasks that have two.",
    "WNLI and QNLI on the test set use special formulations (§A.3), with which QNLI reaches 99.2.",
  ],
  columns: COLUMNS,
  // deno-fmt-ignore
  rows: [
    quoted(SINGLE, "BERT-large", "86.6", "92.3", "91.3", "70.4", "93.2", "88.0", "60.6", "90.0", "-", "-"),
    quoted(SINGLE, "XLNet-large", "89.8", "93.9", "91.8", "83.8", "95.6", "89.2", "63.6", "91.8", "-", "-"),
    quoted(SINGLE, "RoBERTa-large", "90.2", "94.7", "92.2", "86.6", "96.4", "90.9", "68.0", "92.4", "-", "-"),
    albert(1_000_000, "90.4", "95.2", "92.0", "88.1", "96.8", "90.2", "68.7", "92.7", "-", "-"),
    albert(1_500_000, "90.8", "95.3", "92.2", "89.2", "96.9", "90.9", "71.4", "93.0", "-", "-"),
    quoted(ENSEMBLES, "ALICE", "88.2", "95.7", "90.7", "83.5", "95.2", "92.6", "69.2", "91.1", "80.8", "87.0"),
    quoted(ENSEMBLES, "MT-DNN", "87.9", "96.0", "89.9", "86.3", "96.5", "92.7", "68.4", "91.1", "89.0", "87.6"),
    quoted(ENSEMBLES, "XLNet", "90.2", "98.6", "90.3", "86.3", "96.8", "93.0", "67.8", "91.6", "90.4", "88.4"),
    quoted(ENSEMBLES, "RoBERTa", "90.8", "98.9", "90.2", "88.2", "96.7", "92.3", "67.8", "92.2", "89.0", "88.5"),
    quoted(ENSEMBLES, "Adv-RoBERTa", "91.1", "98.8", "90.3", "88.7", "96.8", "93.1", "68.0", "92.4", "89.0", "88.8"),
    quoted(ENSEMBLES, "ALBERT", "91.3", "99.2", "90.5", "89.2", "97.1", "93.4", "69.1", "92.5", "91.8", "89.4"),
  ],
};
