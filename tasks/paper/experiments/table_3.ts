/**
 * Table 3: size of the factorized embeddings.
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

function size(share: "all" | "none", embeddingSize: number, ...printed: string[]): Row {
  return {
    id: `${share === "all" ? "all-shared" : "not-shared"}-${embeddingSize}`,
    group: share === "all" ? "all-shared, ALBERT-style" : "not-shared, BERT-style",
    label: `E=${embeddingSize}`,
    variation: { model: "albert-base", share, embeddingSize },
    paper: cells(PRINTED, ...printed),
  };
}

export const TABLE_3: Experiment = {
  id: "table-3",
  kind: "table",
  title: "Embedding size",
  question: "How small can the embeddings be, with and without shared layers?",
  protocol: `ALBERT-base. ${DEV_PROTOCOL}`,
  notes: [
    "MNLI of the not-shared E=128 model is 83.7 here and 83.2 in Table 4; that of the all-shared model is 81.6 here and 82.0 in Tables 4 and 5.",
    "The not-shared E=768 row has the numbers of BERT-base in Table 2, so the paper may have trained it with NSP. Here every row is trained with SOP, so that only E and sharing vary.",
  ],
  columns: [...PRINTED, ADDED_MLM, PRESET_PARAMETERS],
  rows: [
    size("none", 64, "87M", "89.9/82.9", "80.1/77.8", "82.9", "91.5", "66.7", "81.3"),
    size("none", 128, "89M", "89.9/82.8", "80.3/77.3", "83.7", "91.5", "67.9", "81.7"),
    size("none", 256, "93M", "90.2/83.2", "80.3/77.4", "84.1", "91.9", "67.3", "81.8"),
    size("none", 768, "108M", "90.4/83.2", "80.4/77.6", "84.5", "92.8", "68.2", "82.3"),
    size("all", 64, "10M", "88.7/81.4", "77.5/74.8", "80.8", "89.4", "63.5", "79.0"),
    size("all", 128, "12M", "89.3/82.3", "80.0/77.1", "81.6", "90.3", "64.0", "80.1"),
    size("all", 256, "16M", "88.8/81.5", "79.1/76.3", "81.5", "90.3", "63.4", "79.6"),
    size("all", 768, "31M", "88.6/81.5", "79.2/76.6", "82.0", "90.6", "63.3", "79.8"),
  ],
};
