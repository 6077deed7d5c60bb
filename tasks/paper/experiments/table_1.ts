/**
 * Table 1: the configurations of BERT and ALBERT.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import { MEMORY, modelRow, PARAMETERS, PRESET_PARAMETERS, TRAFFIC } from "./columns.ts";

function field(
  id: string,
  label: string,
  name: "numHiddenLayers" | "hiddenSize" | "embeddingSize" | "share",
): Column {
  return { id, label, measure: { kind: "config", field: name } };
}

const PRINTED = [
  PARAMETERS,
  field("layers", "Layers", "numHiddenLayers"),
  field("hidden", "Hidden", "hiddenSize"),
  field("embedding", "Embedding", "embeddingSize"),
  field("sharing", "Parameter-sharing", "share"),
];

export const TABLE_1: Experiment = {
  id: "table-1",
  kind: "table",
  title: "Configurations",
  question: "How many parameters do BERT and ALBERT have at the same depth and width?",
  protocol: "Parameters are counted; nothing is trained.",
  notes: [
    "No way of counting gives 235M for xxlarge: it has 222.6M with position and segment embeddings of size E, as in the published code, and 224.6M with embeddings of size H. Table 12 gives 225M for the same model, and the text of §3.2 gives 233M.",
    "The other ALBERT rows match position and segment embeddings of size H (12.0M, 18.1M and 59.7M); the published models have 11.7M, 17.7M and 58.7M.",
    "The counts for BERT exclude the pooler (108.5M and 333.6M); with it they are 109.1M and 334.6M.",
  ],
  columns: [
    ...PRINTED,
    PRESET_PARAMETERS,
    TRAFFIC,
    MEMORY,
  ],
  rows: [
    modelRow(PRINTED, "bert-base", "BERT", "base", "108M", "12", "768", "768", "False"),
    modelRow(PRINTED, "bert-large", "BERT", "large", "334M", "24", "1024", "1024", "False"),
    modelRow(PRINTED, "albert-base", "ALBERT", "base", "12M", "12", "768", "128", "True"),
    modelRow(PRINTED, "albert-large", "ALBERT", "large", "18M", "24", "1024", "128", "True"),
    modelRow(PRINTED, "albert-xlarge", "ALBERT", "xlarge", "60M", "24", "2048", "128", "True"),
    modelRow(PRINTED, "albert-xxlarge", "ALBERT", "xxlarge", "235M", "12", "4096", "128", "True"),
  ],
};
