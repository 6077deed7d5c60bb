/**
 * GLUE's tasks: files, columns, classes in the order of google-research/albert (`classifier_utils.py`), metrics, names of submissions.
 *
 * @module
 */
import { accuracy, f1, matthewsCorrelation, pearson, spearman } from "./metric/mod.ts";

/** Names on the command line. */
export const GLUE_TASK_NAMES = [
  "cola",
  "sst-2",
  "mrpc",
  "sts-b",
  "qqp",
  "mnli",
  "qnli",
  "rte",
  "wnli",
  "ax",
] as const;

/** One of GLUE's tasks, or its diagnostic set. */
export type GlueTaskName = typeof GLUE_TASK_NAMES[number];

/** Where the columns of a file are, counted from 0. */
export interface GlueColumns {
  /** Columns of every row. */
  readonly count: number;
  /** Of the first sentence and, for a pair, the second. */
  readonly texts: readonly number[];
  /** Absent in a test file. */
  readonly label?: number;
  /** What columns are called in the header, by place; absent where there is no header. */
  readonly header?: Readonly<Record<number, string>>;
  /** Of held-out files alone. */
  readonly heldOutOnly?: true;
}

/** A held-out file: MNLI has two. */
export interface GlueSplit {
  /** Empty for the task's own, `mm` for mismatched. */
  readonly name: string;
  /** With labels. */
  readonly dev: string;
  /** Without labels. */
  readonly test: string;
  /** File name of predictions, as the leaderboard wants it. */
  readonly submission: string;
}

/** A task of GLUE. */
export interface GlueTaskDefinition {
  /** On the command line; `text` is a task of the user's own. */
  readonly name: GlueTaskName | "text";
  /** Folder of the official release. */
  readonly folder: string;
  /** In the order of their ids; empty for a regression. */
  readonly labels: readonly string[];
  /** Layouts that a file with labels may have. */
  readonly labeled: readonly GlueColumns[];
  /** Layout of a test file. */
  readonly test: GlueColumns;
  /** The main one first. */
  readonly splits: readonly GlueSplit[];
  /** Names as Hugging Face's `evaluate` has them; the first picks the best checkpoint. */
  readonly metrics: readonly GlueMetricName[];
}

/** Names of metrics. */
export type GlueMetricName = "accuracy" | "f1" | "matthews_correlation" | "pearson" | "spearmanr";

const METRICS: Readonly<
  Record<
    GlueMetricName,
    (gold: ArrayLike<number>, predicted: ArrayLike<number>, classes: number) => number
  >
> = { accuracy, f1, matthews_correlation: matthewsCorrelation, pearson, spearmanr: spearman };

/**
 * The task's metrics, by name.
 *
 * @param gold class ids, or scores for a regression
 * @param predicted as many
 * @throws {RangeError} when the lists differ in length or are empty.
 */
export function glueMetrics(
  { metrics, labels }: GlueTaskDefinition,
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Record<string, number> {
  return Object.fromEntries(
    metrics.map((name) => [name, METRICS[name](gold, predicted, labels.length)]),
  );
}

const BINARY = ["0", "1"];
const ENTAILMENT = ["entailment", "not_entailment"];
/** google-research's order; Hugging Face's data sets have entailment, neutral, contradiction. */
const INFERENCE = ["contradiction", "entailment", "neutral"];

/** Four columns index, first, second, label; three without the label. */
function indexedPair(
  first: string,
  second: string,
): Pick<GlueTaskDefinition, "labeled" | "test"> {
  const header = { 1: first, 2: second };
  return {
    labeled: [{ count: 4, texts: [1, 2], label: 3, header: { ...header, 3: "label" } }],
    test: { count: 3, texts: [1, 2], header },
  };
}

function oneSplit(submission: string): readonly GlueSplit[] {
  return [{ name: "", dev: "dev.tsv", test: "test.tsv", submission: `${submission}.tsv` }];
}

const MNLI_HEADER = { 8: "sentence1", 9: "sentence2" };

const DEFINITIONS: readonly GlueTaskDefinition[] = [
  {
    name: "cola",
    folder: "CoLA",
    labels: BINARY,
    labeled: [{ count: 4, texts: [3], label: 1 }],
    test: { count: 2, texts: [1], header: { 1: "sentence" } },
    splits: oneSplit("CoLA"),
    metrics: ["matthews_correlation"],
  },
  {
    name: "sst-2",
    folder: "SST-2",
    labels: BINARY,
    labeled: [{ count: 2, texts: [0], label: 1, header: { 0: "sentence", 1: "label" } }],
    test: { count: 2, texts: [1], header: { 1: "sentence" } },
    splits: oneSplit("SST-2"),
    metrics: ["accuracy"],
  },
  {
    name: "mrpc",
    folder: "MRPC",
    labels: BINARY,
    labeled: [{
      count: 5,
      texts: [3, 4],
      label: 0,
      header: { 0: "Quality", 3: "#1 String", 4: "#2 String" },
    }],
    test: {
      count: 5,
      texts: [3, 4],
      header: { 0: "index", 3: "#1 String", 4: "#2 String" },
    },
    splits: oneSplit("MRPC"),
    metrics: ["accuracy", "f1"],
  },
  {
    name: "sts-b",
    folder: "STS-B",
    labels: [],
    labeled: [{
      count: 10,
      texts: [7, 8],
      label: 9,
      header: { 7: "sentence1", 8: "sentence2", 9: "score" },
    }],
    test: { count: 9, texts: [7, 8], header: { 7: "sentence1", 8: "sentence2" } },
    splits: oneSplit("STS-B"),
    metrics: ["pearson", "spearmanr"],
  },
  {
    name: "qqp",
    folder: "QQP",
    labels: BINARY,
    labeled: [{
      count: 6,
      texts: [3, 4],
      label: 5,
      header: { 3: "question1", 4: "question2", 5: "is_duplicate" },
    }],
    test: { count: 3, texts: [1, 2], header: { 1: "question1", 2: "question2" } },
    splits: oneSplit("QQP"),
    metrics: ["accuracy", "f1"],
  },
  {
    name: "mnli",
    folder: "MNLI",
    labels: INFERENCE,
    // Training rows have one annotator's label, held-out rows five, before the gold label.
    labeled: [
      { count: 12, texts: [8, 9], label: 11, header: { ...MNLI_HEADER, 11: "gold_label" } },
      {
        count: 16,
        texts: [8, 9],
        label: 15,
        header: { ...MNLI_HEADER, 15: "gold_label" },
        heldOutOnly: true,
      },
    ],
    test: { count: 10, texts: [8, 9], header: MNLI_HEADER },
    splits: [
      {
        name: "",
        dev: "dev_matched.tsv",
        test: "test_matched.tsv",
        submission: "MNLI-m.tsv",
      },
      {
        name: "mm",
        dev: "dev_mismatched.tsv",
        test: "test_mismatched.tsv",
        submission: "MNLI-mm.tsv",
      },
    ],
    metrics: ["accuracy"],
  },
  {
    name: "qnli",
    folder: "QNLI",
    labels: ENTAILMENT,
    ...indexedPair("question", "sentence"),
    splits: oneSplit("QNLI"),
    metrics: ["accuracy"],
  },
  {
    name: "rte",
    folder: "RTE",
    labels: ENTAILMENT,
    ...indexedPair("sentence1", "sentence2"),
    splits: oneSplit("RTE"),
    metrics: ["accuracy"],
  },
  {
    name: "wnli",
    folder: "WNLI",
    labels: BINARY,
    ...indexedPair("sentence1", "sentence2"),
    splits: oneSplit("WNLI"),
    metrics: ["accuracy"],
  },
  {
    name: "ax",
    folder: "AX",
    labels: INFERENCE,
    ...indexedPair("sentence1", "sentence2"),
    splits: [{ name: "", dev: "dev.tsv", test: "AX.tsv", submission: "AX.tsv" }],
    metrics: ["matthews_correlation"],
  },
];

/** The definition of a task. */
export function glueTaskDefinition(name: GlueTaskName): GlueTaskDefinition {
  return DEFINITIONS.find((definition) => definition.name === name)!;
}

/**
 * The class id of a label, or its score for a regression; null where it is neither.
 */
export function readLabel({ labels }: GlueTaskDefinition, text: string): number | null {
  if (labels.length > 0) {
    const id = labels.indexOf(text);
    return id < 0 ? null : id;
  }
  const score = Number(text);
  return text.trim() !== "" && score >= 0 && score <= 5 ? score : null;
}
