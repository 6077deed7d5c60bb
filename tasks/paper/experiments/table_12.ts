/**
 * Table 12: width.
 *
 * @module
 */
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

function width(hiddenSize: number, ...printed: string[]): Row {
  return {
    id: `${hiddenSize}`,
    label: `H=${hiddenSize}`,
    variation: { model: "albert-large", layers: 3, hiddenSize },
    paper: cells(PRINTED, ...printed),
  };
}

export const TABLE_12: Experiment = {
  id: "table-12",
  kind: "table",
  title: "Width",
  question: "How wide should a layer be?",
  protocol: `ALBERT-large with 3 layers and four hidden sizes. ${DEV_PROTOCOL}`,
  notes: [
    "The first row has the numbers of Table 11's 3-layer model, which was initialized from a shallower one; here all four widths are trained from scratch.",
    "H=4096 has 225M parameters here, but 235M for the same tensors in Tables 1 and 2.",
  ],
  columns: [...PRINTED, ADDED_MLM, PRESET_PARAMETERS],
  rows: [
    width(1024, "18M", "79.8/69.7", "64.4/61.7", "77.7", "86.7", "54.0", "71.2"),
    width(2048, "60M", "83.3/74.1", "69.1/66.6", "79.7", "88.6", "58.2", "74.6"),
    width(4096, "225M", "85.0/76.4", "71.0/68.1", "80.3", "90.4", "60.4", "76.3"),
    width(6144, "499M", "84.7/75.8", "67.8/65.4", "78.1", "89.1", "56.0", "74.0"),
  ],
};
