/**
 * Table 4: parameter sharing across layers.
 *
 * @module
 */
import type { Share } from "../../../src/model/mod.ts";
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

const NAMES: Readonly<Record<Share, string>> = {
  all: "all-shared",
  attention: "shared-attention",
  ffn: "shared-FFN",
  none: "not-shared",
};

function strategy(embeddingSize: number, share: Share, ...printed: string[]): Row {
  return {
    id: `${embeddingSize}-${NAMES[share].toLowerCase()}`,
    group: `ALBERT base, E=${embeddingSize}`,
    label: NAMES[share],
    variation: { model: "albert-base", share, embeddingSize },
    paper: cells(PRINTED, ...printed),
  };
}

export const TABLE_4: Experiment = {
  id: "table-4",
  kind: "table",
  title: "Parameter sharing across layers",
  question: "What does sharing cost, and which part of a layer should not be shared?",
  protocol: `ALBERT-base. ${DEV_PROTOCOL}`,
  notes: [
    "MNLI of the E=128 all-shared model is 82.0 here and in Table 5, but 81.6 in Tables 2, 3 and 7; that of the not-shared model is 83.2 here and 83.7 in Table 3.",
    "The paper does not specify which part of a layer its two layer normalizations belong to. Here each belongs to the sub-layer before it, which matches the printed parameter counts.",
  ],
  columns: [...PRINTED, ADDED_MLM, PRESET_PARAMETERS],
  rows: [
    strategy(768, "all", "31M", "88.6/81.5", "79.2/76.6", "82.0", "90.6", "63.3", "79.8"),
    strategy(768, "attention", "83M", "89.9/82.7", "80.0/77.2", "84.0", "91.4", "67.7", "81.6"),
    strategy(768, "ffn", "57M", "89.2/82.1", "78.2/75.4", "81.5", "90.8", "62.6", "79.5"),
    strategy(768, "none", "108M", "90.4/83.2", "80.4/77.6", "84.5", "92.8", "68.2", "82.3"),
    strategy(128, "all", "12M", "89.3/82.3", "80.0/77.1", "82.0", "90.3", "64.0", "80.1"),
    strategy(128, "attention", "64M", "89.9/82.8", "80.7/77.9", "83.4", "91.9", "67.6", "81.7"),
    strategy(128, "ffn", "38M", "88.9/81.6", "78.6/75.6", "82.3", "91.7", "64.4", "80.2"),
    strategy(128, "none", "89M", "89.9/82.8", "80.3/77.3", "83.2", "91.5", "67.9", "81.6"),
  ],
};
