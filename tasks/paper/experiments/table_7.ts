/**
 * Table 7: additional training data.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import { ADDED_MLM, cells, DEV_PROTOCOL, DOWNSTREAM } from "./columns.ts";

export const TABLE_7: Experiment = {
  id: "table-7",
  kind: "table",
  title: "Additional training data",
  question: "Does pretraining text beyond BookCorpus and Wikipedia help?",
  protocol:
    `ALBERT-base. ${DEV_PROTOCOL} The second row adds the data of XLNet and RoBERTa; the paper does not give its size.`,
  notes: [
    "MNLI of the first row is 81.6 here and in Tables 2 and 3, but 82.0 for the same model in Tables 4 and 5.",
    "In the paper, additional data helps on all benchmarks except SQuAD, whose passages are from Wikipedia.",
  ],
  columns: [...DOWNSTREAM, ADDED_MLM],
  rows: [
    {
      id: "without",
      label: "No additional data",
      variation: { model: "albert-base" },
      paper: cells(DOWNSTREAM, "89.3/82.3", "80.0/77.1", "81.6", "90.3", "64.0", "80.1"),
    },
    {
      id: "with",
      label: "With additional data",
      variation: { model: "albert-base", extraData: true },
      paper: cells(DOWNSTREAM, "88.8/81.7", "79.1/76.3", "82.4", "92.8", "66.0", "80.8"),
    },
  ],
};
