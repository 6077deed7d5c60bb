/**
 * Table 2: ALBERT against BERT.
 *
 * @module
 */
import type { Column, Experiment, PaperModel, Row } from "../experiment.ts";
import { ADDED_MLM, cells, DEV_PROTOCOL, DOWNSTREAM, PARAMETERS } from "./columns.ts";

const SPEED_UP: Column = { id: "speed-up", label: "Speedup", measure: { kind: "speed-up" } };
const PRINTED = [PARAMETERS, ...DOWNSTREAM, SPEED_UP];

function model(id: PaperModel, group: string, label: string, ...printed: string[]): Row {
  return { id, group, label, variation: { model: id }, paper: cells(PRINTED, ...printed) };
}

/** Table 2. */
export const TABLE_2: Experiment = {
  id: "table-2",
  kind: "table",
  title: "ALBERT against BERT",
  question:
    "Are ALBERT's larger models better than BERT's with fewer parameters, and how fast do they train?",
  protocol:
    `${DEV_PROTOCOL} Speedup is training examples a second over BERT-large's, on the same TPUs.`,
  notes: [
    "The row xxlarge is that of 24 layers in Table 13, though Table 1 says 12 layers; the 12-layer numbers are in Tables 6 and 13.",
    "Speedup has a value of its own in the text: xxlarge is 3.17 times slower than BERT-large.",
  ],
  columns: [
    ...PRINTED,
    ADDED_MLM,
    {
      id: "memory",
      label: "Memory of a step",
      measure: { kind: "cost", of: "memory" },
      added: true,
    },
    {
      id: "traffic",
      label: "Gradient bytes a step",
      measure: { kind: "cost", of: "traffic" },
      added: true,
    },
  ],
  // deno-fmt-ignore
  rows: [
    model("bert-base", "BERT", "base", "108M", "90.4/83.2", "80.4/77.6", "84.5", "92.8", "68.2", "82.3", "4.7x"),
    model("bert-large", "BERT", "large", "334M", "92.2/85.5", "85.0/82.2", "86.6", "93.0", "73.9", "85.2", "1.0"),
    model("albert-base", "ALBERT", "base", "12M", "89.3/82.3", "80.0/77.1", "81.6", "90.3", "64.0", "80.1", "5.6x"),
    model("albert-large", "ALBERT", "large", "18M", "90.6/83.9", "82.3/79.4", "83.5", "91.7", "68.5", "82.4", "1.7x"),
    model("albert-xlarge", "ALBERT", "xlarge", "60M", "92.5/86.1", "86.1/83.1", "86.4", "92.4", "74.8", "85.5", "0.6x"),
    model("albert-xxlarge", "ALBERT", "xxlarge", "235M", "94.1/88.3", "88.1/85.1", "88.0", "95.2", "82.3", "88.7", "0.3x"),
  ],
};
