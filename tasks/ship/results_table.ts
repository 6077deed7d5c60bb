/**
 * The table of fine-tuning results.
 *
 * @module
 */

/** What is compared. */
export const MODELS = ["pretrained", "untrained", "baseline"] as const;

/** The result of a run, or of a baseline. */
export interface FinetuningResult {
  /** Name of the task. */
  readonly task: string;
  readonly model: typeof MODELS[number];
  /** Null for a baseline. */
  readonly seed: number | null;
  /** Metrics by name, from 0 to 100. */
  readonly metrics: Readonly<Record<string, number>>;
  /** SHA-256 of the pretrained weights; null if the result does not depend on them. */
  readonly sha256: string | null;
  /** Flags of the command. */
  readonly flags: readonly string[];
}

export interface TableTask {
  readonly name: string;
  readonly title: string;
  /** Metrics by their names in the log, with their titles. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Hyperparameters, chosen before the runs. */
  readonly flags: readonly string[];
}

/** The same for all tasks. */
const COMMON = ["--learning-rate", "3e-4", "--batch-size", "32"];

export const TABLE_TASKS: readonly TableTask[] = [
  {
    name: "cola",
    title: "CoLA",
    metrics: { matthews_correlation: "Matthews' correlation × 100" },
    flags: [...COMMON, "--epochs", "5", "--max-seq-length", "64"],
  },
  {
    name: "rte",
    title: "RTE",
    metrics: { accuracy: "accuracy" },
    flags: [...COMMON, "--epochs", "5", "--max-seq-length", "128"],
  },
  {
    name: "mrpc",
    title: "MRPC",
    metrics: { accuracy: "accuracy", f1: "F1" },
    flags: [...COMMON, "--epochs", "5", "--max-seq-length", "128"],
  },
  {
    name: "sst-2",
    title: "SST-2",
    metrics: { accuracy: "accuracy" },
    // Batches of similar length are padded to 21 tokens on average instead of 55.
    flags: [...COMMON, "--epochs", "2", "--max-seq-length", "64", "--group-by-length"],
  },
  {
    name: "squad",
    title: "SQuAD 1.1",
    metrics: { exact_match: "exact match", f1: "F1" },
    flags: [...COMMON, "--epochs", "2", "--max-seq-length", "256", "--group-by-length"],
  },
];

/** Explains the table. */
export const SETTINGS_TEXT =
  `Mean of n seeds, and the lowest and highest result, on the dev sets at the end of the run. All
runs have a peak learning rate of 3e-4 and batches of 32 examples; neither was tuned. SST-2 and SQuAD have
2 epochs and batches of similar length, the other tasks 5 epochs. An untrained model has the same architecture and vocabulary, and random
weights. The baseline of SQuAD is a search for words of the question without training (Rajpurkar et al.
2016, Table 5, on the official dev set). The other baselines are logistic regressions on the words of
the text, which have no seed. SQuAD has 10,933 questions for training and 2,732 for evaluation: those
that were at hand, not the official sets.`;

/** Returns the table as Markdown. */
export function resultsTable(results: readonly FinetuningResult[]): string {
  const rows = TABLE_TASKS.flatMap(({ name, title, metrics }) =>
    Object.entries(metrics).flatMap(([metric, metricTitle]) => {
      const cells = MODELS.map((model) =>
        cell(
          results.filter((result) => result.task === name && result.model === model)
            .map((result) => result.metrics[metric]),
          model,
        )
      );
      return cells.every((text) => text === "")
        ? []
        : [`| ${title}, ${metricTitle} | ${cells.map((text) => text || "not run").join(" | ")} |`];
    })
  );
  return [
    "| Task | Pretrained | Untrained | Words alone |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** The mean with the number of seeds, and the range of several values. A baseline has no seed. */
function cell(values: readonly number[], model: FinetuningResult["model"]): string {
  if (values.length === 0) return "";
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (model === "baseline") return mean.toFixed(1);
  if (values.length === 1) return `${mean.toFixed(1)} (n = 1)`;
  return `${mean.toFixed(1)} (${Math.min(...values).toFixed(1)}–${
    Math.max(...values).toFixed(1)
  }, n = ${values.length})`;
}
