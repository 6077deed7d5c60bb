/**
 * Table 11: depth.
 *
 * @module
 */
import { formatCount } from "../../../src/json/mod.ts";
import type { Experiment, Row } from "../experiment.ts";
import {
  ADDED_MLM,
  cells,
  DEV_PROTOCOL,
  DOWNSTREAM,
  PARAMETERS,
  PRESET_PARAMETERS,
} from "./columns.ts";

const PRINTED = [PARAMETERS, ...DOWNSTREAM];

function depth(layers: number, shallower: number | null, ...printed: string[]): Row {
  return {
    id: `${layers}`,
    label: formatCount(layers, "layer"),
    variation: {
      model: "albert-large",
      layers,
      ...(shallower !== null && { warmStartFrom: `${shallower}` }),
    },
    paper: cells(PRINTED, ...printed),
  };
}

export const TABLE_11: Experiment = {
  id: "table-11",
  kind: "table",
  title: "Depth",
  question: "How many layers help if all layers share their parameters?",
  protocol:
    `ALBERT-large with 1 to 48 layers; models with 3 or more layers are initialized from the trained shallower one. ${DEV_PROTOCOL}`,
  notes: [
    "On SQuAD2.0 the one-layer model answers no question: 50.1 is the score for always abstaining.",
    "Deeper rows continue from shallower ones, as in the paper, so the 12-layer row has had four times the steps of the 1-layer row. The row from scratch has had as many; its difference is among the controls.",
    "The 24-layer row is not Table 2's ALBERT-large (90.6/83.9, Avg 82.4), which was trained from scratch.",
  ],
  columns: [...PRINTED, ADDED_MLM, PRESET_PARAMETERS],
  rows: [
    depth(1, null, "18M", "31.1/22.9", "50.1/50.1", "66.4", "80.8", "40.1", "52.9"),
    depth(3, 1, "18M", "79.8/69.7", "64.4/61.7", "77.7", "86.7", "54.0", "71.2"),
    depth(6, 3, "18M", "86.4/78.4", "73.8/71.1", "81.2", "88.9", "60.9", "77.2"),
    depth(12, 6, "18M", "89.8/83.3", "80.7/77.9", "83.3", "91.7", "66.7", "81.5"),
    {
      id: "12-from-scratch",
      label: "from scratch, 12 layers",
      variation: { model: "albert-large", layers: 12 },
      paper: {},
      added: true,
    },
    depth(24, 12, "18M", "90.3/83.3", "81.8/79.0", "83.3", "91.5", "68.7", "82.1"),
    depth(48, 24, "18M", "90.0/83.1", "81.8/78.9", "83.4", "91.9", "66.9", "81.8"),
  ],
};
