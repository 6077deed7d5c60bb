/**
 * Table 2: comparison of ALBERT with BERT.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import {
  ADDED_MLM,
  DEV_PROTOCOL,
  DOWNSTREAM,
  MEMORY,
  modelRow,
  PARAMETERS,
  PRESET_PARAMETERS,
  TRAFFIC,
} from "./columns.ts";

const SPEED_UP: Column = { id: "speed-up", label: "Speedup", measure: { kind: "speed-up" } };
const PRINTED = [PARAMETERS, ...DOWNSTREAM, SPEED_UP];

export const TABLE_2: Experiment = {
  id: "table-2",
  kind: "table",
  title: "ALBERT compared with BERT",
  question:
    "Are large ALBERT models better than BERT with fewer parameters, and how fast do they train?",
  protocol:
    `${DEV_PROTOCOL} Speedup is the number of training examples per second relative to BERT-large, on the same TPUs.`,
  notes: [
    "The row xxlarge is the 24-layer model of Table 13, although Table 1 lists 12 layers; the numbers of the 12-layer model are in Tables 6 and 13.",
    "The speedup is that of a step with one example of 512 tokens. The optimizer's update of all parameters is a larger part of it than of the paper's batch of 4096, which favors models with few parameters. It does not depend on the preset: the published results of stories have the timings of nano.",
    "The text gives a different speedup: xxlarge is 3.17 times slower than BERT-large.",
  ],
  columns: [
    ...PRINTED,
    ADDED_MLM,
    PRESET_PARAMETERS,
    MEMORY,
    TRAFFIC,
  ],
  // deno-fmt-ignore
  rows: [
    modelRow(PRINTED, "bert-base", "BERT", "base", "108M", "90.4/83.2", "80.4/77.6", "84.5", "92.8", "68.2", "82.3", "4.7x"),
    modelRow(PRINTED, "bert-large", "BERT", "large", "334M", "92.2/85.5", "85.0/82.2", "86.6", "93.0", "73.9", "85.2", "1.0"),
    modelRow(PRINTED, "albert-base", "ALBERT", "base", "12M", "89.3/82.3", "80.0/77.1", "81.6", "90.3", "64.0", "80.1", "5.6x"),
    modelRow(PRINTED, "albert-large", "ALBERT", "large", "18M", "90.6/83.9", "82.3/79.4", "83.5", "91.7", "68.5", "82.4", "1.7x"),
    modelRow(PRINTED, "albert-xlarge", "ALBERT", "xlarge", "60M", "92.5/86.1", "86.1/83.1", "86.4", "92.4", "74.8", "85.5", "0.6x"),
    modelRow(PRINTED, "albert-xxlarge", "ALBERT", "xxlarge", "235M", "94.1/88.3", "88.1/85.1", "88.0", "95.2", "82.3", "88.7", "0.3x"),
  ],
};
