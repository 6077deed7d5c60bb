/**
 * Table 14: hyperparameters for fine-tuning.
 *
 * @module
 */
import type { BenchmarkId, Column, Experiment, RecipeField, Row } from "../experiment.ts";
import { cells } from "./columns.ts";

function field(id: string, label: string, name: RecipeField): Column {
  return { id, label, measure: { kind: "recipe", field: name } };
}

const COLUMNS: readonly Column[] = [
  field("lr", "LR", "learningRate"),
  field("bsz", "BSZ", "batchSize"),
  field("albert-dr", "ALBERT DR", "dropout"),
  field("classifier-dr", "Classifier DR", "classifierDropout"),
  field("ts", "TS", "maxSteps"),
  field("ws", "WS", "warmupSteps"),
  field("msl", "MSL", "maxSeqLength"),
];

function task(benchmark: BenchmarkId, label: string, ...printed: string[]): Row {
  return { id: benchmark, label, benchmark, paper: cells(COLUMNS, ...printed) };
}

export const TABLE_14: Experiment = {
  id: "table-14",
  kind: "table",
  title: "Hyperparameters for fine-tuning",
  question: "Which hyperparameters are used for the benchmarks?",
  protocol:
    "LR: peak learning rate; BSZ: batch size; DR: dropout; TS and WS: training and warmup steps; MSL: maximum sequence length. Our numbers are this toolkit's recipes.",
  notes: [
    "The paper does not state the model sizes for which these are; here they are used for all models at the paper's size. Smaller presets have their own recipes.",
  ],
  columns: COLUMNS,
  rows: [
    task("cola", "CoLA", "1e-5", "16", "0", "0.1", "5336", "320", "512"),
    task("sts-b", "STS", "2e-5", "16", "0", "0.1", "3598", "214", "512"),
    task("sst-2", "SST-2", "1e-5", "32", "0", "0.1", "20935", "1256", "512"),
    task("mnli", "MNLI", "3e-5", "128", "0", "0.1", "10000", "1000", "512"),
    task("qnli", "QNLI", "1e-5", "32", "0", "0.1", "33112", "1986", "512"),
    task("qqp", "QQP", "5e-5", "128", "0.1", "0.1", "14000", "1000", "512"),
    task("rte", "RTE", "3e-5", "32", "0.1", "0.1", "800", "200", "512"),
    task("mrpc", "MRPC", "2e-5", "32", "0", "0.1", "800", "200", "512"),
    task("wnli", "WNLI", "2e-5", "16", "0.1", "0.1", "2000", "250", "512"),
    task("squad-1.1", "SQuAD v1.1", "5e-5", "48", "0", "0.1", "3649", "365", "384"),
    task("squad-2.0", "SQuAD v2.0", "3e-5", "48", "0", "0.1", "8144", "814", "512"),
    task("race", "RACE", "2e-5", "32", "0.1", "0.1", "12000", "1000", "512"),
  ],
};
