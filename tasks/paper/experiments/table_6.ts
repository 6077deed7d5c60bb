/**
 * Table 6: equal training time.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import { ADDED_MLM, cells, DEV_PROTOCOL, DOWNSTREAM } from "./columns.ts";

const PRINTED: readonly Column[] = [
  { id: "steps", label: "Steps", measure: { kind: "training", of: "steps" } },
  { id: "hours", label: "Time", measure: { kind: "training", of: "hours" } },
  ...DOWNSTREAM,
];

export const TABLE_6: Experiment = {
  id: "table-6",
  kind: "table",
  title: "Equal training time",
  question: "Is ALBERT-xxlarge better than BERT-large at equal training time?",
  protocol: DEV_PROTOCOL.replace(
    "125,000 steps",
    "About as many steps as fit into the training time",
  ),
  notes: [
    "At smaller sizes than the paper's, equal time means equal arithmetic: BERT-large is trained for as many steps as cost the same FLOP as ALBERT-xxlarge. The times are measured and differ.",
    "ALBERT-xxlarge is the 12-layer model of Table 13, not the 24-layer model of Table 2.",
  ],
  columns: [...PRINTED, ADDED_MLM],
  // deno-fmt-ignore
  rows: [
    {
      id: "bert-large",
      label: "BERT-large",
      variation: { model: "bert-large", steps: 400_000, equalTimeWith: "albert-xxlarge" },
      paper: cells(PRINTED, "400k", "34h", "93.5/87.4", "86.9/84.3", "87.8", "94.6", "77.3", "87.2"),
    },
    {
      id: "albert-xxlarge",
      label: "ALBERT-xxlarge",
      variation: { model: "albert-xxlarge" },
      paper: cells(PRINTED, "125k", "32h", "94.0/88.1", "88.3/85.3", "87.8", "95.4", "82.5", "88.7"),
    },
  ],
};
