/**
 * Table 5: what the second loss learns.
 *
 * @module
 */
import type { PairObjective } from "../../../src/model/mod.ts";
import type { Column, Experiment, Row } from "../experiment.ts";
import { cells, DEV_PROTOCOL, DOWNSTREAM, MLM } from "./columns.ts";

function intrinsic(id: string, label: string, metric: string): Column {
  return { id, label, measure: { kind: "intrinsic", metrics: [metric] } };
}

const PRINTED = [
  MLM,
  intrinsic("nsp", "NSP", "nsp_accuracy"),
  intrinsic("sop", "SOP", "sop_accuracy"),
  ...DOWNSTREAM,
];

function loss(pairObjective: PairObjective, label: string, ...printed: string[]): Row {
  return {
    id: pairObjective,
    label,
    variation: { model: "albert-base", pairObjective },
    paper: cells(PRINTED, ...printed),
  };
}

/** Table 5. */
export const TABLE_5: Experiment = {
  id: "table-5",
  kind: "table",
  title: "Sentence prediction",
  question: "What does a model learn from sentence order that it does not from next sentences?",
  protocol:
    `ALBERT-base. ${DEV_PROTOCOL} The first three columns are accuracies on the texts of SQuAD's and RACE's development sets, cut and masked as for pretraining.`,
  notes: [
    "How a model without sentence loss was scored on the two pair tasks is not said. Here its pooler and pair head are as they were initialized, which is chance.",
    "MNLI of the SOP row, the model of Table 3's all-shared E=128, is 82.0 here and in Table 4, 81.6 in Tables 2, 3 and 7.",
    "The untrained model is a control: whatever pretraining is worth, its finetuning has to beat this one's.",
    "At short lengths the pair task can be solved from which segment was cut to fit, so both accuracies are also given on pairs that needed no cut.",
  ],
  columns: [
    ...PRINTED,
    { ...intrinsic("nsp-whole", "NSP, uncut pairs", "nsp_whole_accuracy"), added: true },
    { ...intrinsic("sop-whole", "SOP, uncut pairs", "sop_whole_accuracy"), added: true },
  ],
  // deno-fmt-ignore
  rows: [
    loss("none", "None", "54.9", "52.4", "53.3", "88.6/81.5", "78.1/75.3", "81.5", "89.9", "61.7", "79.0"),
    loss("nsp", "NSP", "54.5", "90.5", "52.0", "88.4/81.5", "77.2/74.6", "81.6", "91.1", "62.3", "79.2"),
    loss("sop", "SOP", "54.0", "78.9", "86.5", "89.3/82.3", "80.0/77.1", "82.0", "90.3", "64.0", "80.1"),
    { id: "untrained", label: "Untrained", variation: { model: "albert-base", steps: 0 }, paper: {}, added: true },
  ],
};
