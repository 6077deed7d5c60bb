/**
 * Table 8: dropout.
 *
 * @module
 */
import type { Experiment } from "../experiment.ts";
import { ADDED_MLM, cells, DOWNSTREAM } from "./columns.ts";

export const TABLE_8: Experiment = {
  id: "table-8",
  kind: "table",
  title: "Dropout",
  question: "Does the largest model train better without dropout?",
  protocol:
    "ALBERT-xxlarge with additional data, about one million steps; fine-tuned and evaluated on the development sets.",
  notes: ["The paper gives the number of steps only as around one million."],
  columns: [...DOWNSTREAM, ADDED_MLM],
  rows: [
    {
      id: "with",
      label: "With dropout",
      variation: { model: "albert-xxlarge", extraData: true, steps: 1_000_000, dropout: 0.1 },
      paper: cells(DOWNSTREAM, "94.7/89.2", "89.6/86.9", "90.0", "96.3", "85.7", "90.4"),
    },
    {
      id: "without",
      label: "Without dropout",
      variation: { model: "albert-xxlarge", extraData: true, steps: 1_000_000, dropout: 0 },
      paper: cells(DOWNSTREAM, "94.8/89.5", "89.9/87.2", "90.4", "96.5", "86.1", "90.7"),
    },
  ],
};
