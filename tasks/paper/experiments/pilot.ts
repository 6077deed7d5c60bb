/**
 * The pilot: which benchmarks distinguish a pretrained model from an untrained one at a preset's size. It is not in the paper.
 *
 * @module
 */
import type { Column, Experiment } from "../experiment.ts";
import { ADDED_MLM, benchmark } from "./columns.ts";

const BENCHMARK_COLUMNS: readonly Column[] = [
  benchmark("sst-2", "SST-2", "accuracy"),
  benchmark("qnli", "QNLI", "accuracy"),
  benchmark("qqp", "QQP", "accuracy"),
  benchmark("mnli", "MNLI", "accuracy"),
  benchmark("mrpc", "MRPC", "accuracy"),
  benchmark("squad-1.1", "SQuAD1.1", "f1", "exact_match"),
  benchmark("squad-2.0", "SQuAD2.0", "f1", "exact"),
];

export const PILOT: Experiment = {
  id: "pilot",
  kind: "table",
  title: "Benchmarks at this size",
  question: "Which benchmarks distinguish a pretrained model of this size from an untrained one?",
  protocol:
    "ALBERT-base, trained with SOP as in Table 5, and the same model without pretraining, fine-tuned alike. The paper has no such table.",
  notes: [
    "A benchmark distinguishes the models if the interval of their difference is above zero, and the pretrained model exceeds the majority class. If it does not exceed the bag of words, it has learned nothing that needs more than single words.",
  ],
  columns: [...BENCHMARK_COLUMNS.map((column) => ({ ...column, added: true })), ADDED_MLM],
  rows: [
    {
      id: "pretrained",
      label: "Pretrained",
      variation: { model: "albert-base", pairObjective: "sop" },
      paper: {},
      added: true,
    },
    {
      id: "untrained",
      label: "Untrained",
      variation: { model: "albert-base", steps: 0 },
      paper: {},
      added: true,
    },
  ],
};
