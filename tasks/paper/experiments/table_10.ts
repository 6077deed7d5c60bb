/**
 * Table 10: SQuAD and RACE.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import { benchmark, leaderboardRows } from "./columns.ts";

const COLUMNS: readonly Column[] = [
  benchmark("squad-1.1", "SQuAD1.1 dev", "f1", "exact_match"),
  benchmark("squad-2.0", "SQuAD2.0 dev", "f1", "exact"),
  {
    id: "squad-2.0-test",
    label: "SQuAD2.0 test",
    // The test set is not public: the column is only quoted.
    measure: { kind: "finetune", benchmark: "squad-2.0", metrics: [] },
  },
  {
    id: "race-test",
    label: "RACE test (middle/high)",
    measure: {
      kind: "finetune",
      benchmark: "race",
      metrics: ["accuracy_test", "accuracy_middle_test", "accuracy_high_test"],
    },
  },
];

const SINGLE = "Single models, leaderboard of 23 September 2019";
const ENSEMBLES = "Ensembles, leaderboard of 23 September 2019";

const { quoted, albert } = leaderboardRows(
  COLUMNS,
  SINGLE,
  (label) => label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/-$/, ""),
);

export const TABLE_10: Experiment = {
  id: "table-10",
  kind: "table",
  title: "SQuAD and RACE",
  question: "What does the best ALBERT model reach on SQuAD and RACE?",
  protocol:
    "ALBERT-xxlarge with masked-LM and SOP objectives, no dropout, additional data. SQuAD test results are from the leaderboard; RACE results are on its test set.",
  notes: [
    "The SQuAD test set is not public, so its column is quoted and not run.",
    "Ensembles are quoted and not run.",
  ],
  columns: COLUMNS,
  // deno-fmt-ignore
  rows: [
    quoted(SINGLE, "BERT-large", "90.9/84.1", "81.8/79.0", "89.1/86.3", "72.0 (76.6/70.1)"),
    quoted(SINGLE, "XLNet", "94.5/89.0", "88.8/86.1", "89.1/86.3", "81.8 (85.5/80.2)"),
    quoted(SINGLE, "RoBERTa", "94.6/88.9", "89.4/86.5", "89.8/86.8", "83.2 (86.5/81.3)"),
    quoted(SINGLE, "UPM", "-", "-", "89.9/87.2", "-"),
    quoted(SINGLE, "XLNet + SG-Net Verifier++", "-", "-", "90.1/87.2", "-"),
    albert(1_000_000, "94.8/89.2", "89.9/87.2", "-", "86.0 (88.2/85.1)"),
    albert(1_500_000, "94.8/89.3", "90.2/87.4", "90.9/88.1", "86.5 (89.0/85.5)"),
    quoted(ENSEMBLES, "BERT-large", "92.2/86.2", "-", "-", "-"),
    quoted(ENSEMBLES, "XLNet + SG-Net Verifier", "-", "-", "90.7/88.2", "-"),
    quoted(ENSEMBLES, "UPM", "-", "-", "90.7/88.2", "-"),
    quoted(ENSEMBLES, "XLNet + DAAF + Verifier", "-", "-", "90.9/88.6", "-"),
    quoted(ENSEMBLES, "DCMN+", "-", "-", "-", "84.1 (88.5/82.3)"),
    quoted(ENSEMBLES, "ALBERT", "95.5/90.1", "91.4/88.9", "92.2/89.7", "89.4 (91.2/88.6)"),
  ],
};
