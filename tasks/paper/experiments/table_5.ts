/**
 * Table 5: sentence-prediction objectives.
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

export const TABLE_5: Experiment = {
  id: "table-5",
  kind: "table",
  title: "Sentence prediction",
  question: "What does a model learn from SOP that it does not learn from NSP?",
  protocol:
    `ALBERT-base. ${DEV_PROTOCOL} The first three columns are accuracies on passages of SQuAD's and RACE's development sets, truncated and masked as in pretraining.`,
  notes: [
    "The paper does not specify how a model without sentence loss was evaluated on SOP and NSP. Here its pooler and pair head have their initial weights, which gives chance accuracy.",
    "MNLI of the SOP row, which is Table 3's all-shared E=128 model, is 82.0 here and in Table 4, but 81.6 in Tables 2, 3 and 7.",
    "Masked-LM accuracies of rows with different objectives are measured on different examples of the same text: pairs for NSP, pairs for SOP, single segments for None.",
    "With the preset stories, the questions in place of RACE ask which sentence comes next, which is itself a sentence-order task.",
    "The untrained model is a baseline: fine-tuning results of pretrained models must exceed those of this row.",
    "At short sequence lengths, the truncation of a segment reveals its position, so both accuracies are also measured on untruncated pairs, and on balanced pairs: whole sentences whose lengths reveal nothing, with both labels equally frequent, so that 50 is chance.",
  ],
  columns: [
    ...PRINTED,
    { ...intrinsic("nsp-whole", "NSP, untruncated pairs", "nsp_whole_accuracy"), added: true },
    { ...intrinsic("sop-whole", "SOP, untruncated pairs", "sop_whole_accuracy"), added: true },
    { ...intrinsic("nsp-uncut", "NSP, balanced pairs", "nsp_uncut_accuracy"), added: true },
    { ...intrinsic("sop-uncut", "SOP, balanced pairs", "sop_uncut_accuracy"), added: true },
    { ...intrinsic("nsp-majority", "NSP, majority", "nsp_majority"), added: true },
    { ...intrinsic("sop-majority", "SOP, majority", "sop_majority"), added: true },
  ],
  // deno-fmt-ignore
  rows: [
    loss("none", "None", "54.9", "52.4", "53.3", "88.6/81.5", "78.1/75.3", "81.5", "89.9", "61.7", "79.0"),
    loss("nsp", "NSP", "54.5", "90.5", "52.0", "88.4/81.5", "77.2/74.6", "81.6", "91.1", "62.3", "79.2"),
    loss("sop", "SOP", "54.0", "78.9", "86.5", "89.3/82.3", "80.0/77.1", "82.0", "90.3", "64.0", "80.1"),
    { id: "untrained", label: "Untrained", variation: { model: "albert-base", steps: 0 }, paper: {}, added: true },
  ],
};
