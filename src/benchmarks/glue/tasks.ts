/**
 * Definitions of GLUE's tasks: files, columns, classes in the order of google-research/albert (`classifier_utils.py`), metrics and submission files.
 *
 * @module
 */
import { ConfigError, type ModelConfig, namesOfClasses } from "../../model/mod.ts";
import { accuracy, f1, matthewsCorrelation, pearson, spearman } from "./metrics.ts";
import { GLUE_TRAINING_TASK_NAMES, type GlueTrainingTaskName } from "./recipes.ts";

/** Names of the tasks on the command line, with the diagnostic set. */
export const GLUE_TASK_NAMES: readonly GlueTaskName[] = [...GLUE_TRAINING_TASK_NAMES, "ax"];

/** Name of a GLUE task, or of the diagnostic set `ax`. */
export type GlueTaskName = GlueTrainingTaskName | "ax";

/** Column layout of a file; columns are numbered from 0. */
export interface GlueColumns {
  /** Number of columns. */
  readonly count: number;
  /** Columns of the first text and, for a pair, the second. */
  readonly texts: readonly number[];
  /** Column of the label; undefined in a test file. */
  readonly label?: number;
  /** Names of columns in the header; undefined if the file has no header. */
  readonly header?: Readonly<Record<number, string>>;
  /** Set for layouts of validation files only. */
  readonly heldOutOnly?: true;
}

/** A validation set and its test set; MNLI has two. */
export interface GlueSplit {
  /** Empty, or `mm` for MNLI's mismatched set. */
  readonly name: string;
  /** File with labels. */
  readonly dev: string;
  /** File without labels. */
  readonly test: string;
  /** Name of the prediction file in a submission. */
  readonly submission: string;
}

/** A task of GLUE. */
export interface GlueTaskDefinition {
  /** Name on the command line; `text` for the user's own files. */
  readonly name: GlueTaskName | "text";
  /** Folder of the official release. */
  readonly folder: string;
  /** Labels in the order of class ids; empty for a regression task. */
  readonly labels: readonly string[];
  /** Names of the classes in the same order, if the labels are numbers: those of Hugging Face's datasets. */
  readonly classNames?: readonly string[];
  /** Possible layouts of files with labels. */
  readonly labeled: readonly GlueColumns[];
  /** Layout of a test file. */
  readonly test: GlueColumns;
  /** Validation and test sets, the main one first. */
  readonly splits: readonly GlueSplit[];
  /** Metrics, named as in Hugging Face's `evaluate`. The first selects the best checkpoint. */
  readonly metrics: readonly GlueMetricName[];
  /** Set if a row may have several labels; in the user's own files only. */
  readonly multiLabel?: true;
  /** Weight of each class in the loss; in the user's own files only. */
  readonly weights?: readonly number[];
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
 * Computes the metrics of a task, by name.
 *
 * @param gold correct class ids, or scores for a regression task
 * @param predicted predicted class ids or scores, in the same order
 * @throws {RangeError} if the lengths differ or are 0
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
/** In the order of google-research/albert; Hugging Face's datasets use entailment, neutral, contradiction. */
const INFERENCE = ["contradiction", "entailment", "neutral"];

/** Layouts with the columns index, first text, second text and, in files with labels, label. */
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
    classNames: ["unacceptable", "acceptable"],
    labeled: [{ count: 4, texts: [3], label: 1 }],
    test: { count: 2, texts: [1], header: { 1: "sentence" } },
    splits: oneSplit("CoLA"),
    metrics: ["matthews_correlation"],
  },
  {
    name: "sst-2",
    folder: "SST-2",
    labels: BINARY,
    classNames: ["negative", "positive"],
    labeled: [{ count: 2, texts: [0], label: 1, header: { 0: "sentence", 1: "label" } }],
    test: { count: 2, texts: [1], header: { 1: "sentence" } },
    splits: oneSplit("SST-2"),
    metrics: ["accuracy"],
  },
  {
    name: "mrpc",
    folder: "MRPC",
    labels: BINARY,
    classNames: ["not_equivalent", "equivalent"],
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
    classNames: ["not_duplicate", "duplicate"],
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
    // Before the gold label, training rows have one annotator's label and validation rows five.
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
    classNames: ["not_entailment", "entailment"],
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

/** Returns the definition of a task. */
export function glueTaskDefinition(name: GlueTaskName): GlueTaskDefinition {
  return DEFINITIONS.find((definition) => definition.name === name)!;
}

/** Returns the class id of a label, or the score of a regression task (0 to 5 in STS-B); null if the text is not a valid label. */
export function readLabel({ name, labels }: GlueTaskDefinition, text: string): number | null {
  if (labels.length > 0) {
    const id = labels.indexOf(text);
    return id < 0 ? null : id;
  }
  const score = text.trim() === "" ? NaN : Number(text);
  if (name === "text") return Number.isFinite(score) ? score : null;
  return score >= 0 && score <= 5 ? score : null;
}

/** The order of a checkpoint's classes. */
export interface LabelOrder {
  /** Position of each of the task's labels in the checkpoint's logits; empty for a regression task. */
  readonly positions: readonly number[];
  /** The order in which the classes are read and the reason, for the log. */
  readonly notice: string;
}

/**
 * Returns the order of a checkpoint's classes, which published checkpoints choose differently: the given one, or that of the names in config.json. A checkpoint without
 * label names (`LABEL_0`), or with unknown names, is assumed to have the task's order.
 *
 * @param given the task's labels in the order of the checkpoint's classes
 * @throws {ConfigError} if the checkpoint has another number of classes, or its names are invalid
 * @throws {RangeError} if the given labels are not those of the task
 */
export function labelOrder(
  { folder, labels, classNames = labels }: GlueTaskDefinition,
  config: ModelConfig,
  given?: readonly string[],
): LabelOrder {
  if (labels.length === 0) return { positions: [], notice: "the output is a score" };
  const names = namesOfClasses(config);
  if (names !== undefined && names.length !== labels.length) {
    throw new ConfigError(
      `the checkpoint has ${names.length} classes (${
        names.join(", ")
      }), but ${folder} has ${labels.length} (${classNames.join(", ")})`,
    );
  }
  if (given !== undefined) {
    const found = [labels, classNames].map((own) => own.map((label) => given.indexOf(label)));
    const positions = found.find((places) => !places.includes(-1));
    if (positions === undefined || given.length !== labels.length) {
      throw new RangeError(
        `--labels must list ${
          classNames.join(", ")
        } in the order of the checkpoint's classes (got ${given.join(",")})`,
      );
    }
    return { positions, notice: `classes are ${given.join(", ")} (--labels)` };
  }
  // Names that differ only in case are different classes, so equal names come first.
  const found = [(name: string) => name, (name: string) => name.toLowerCase()].flatMap((spell) => {
    const spelled = names?.map(spell) ?? [];
    return [labels, classNames].map((own) => own.map((label) => spelled.indexOf(spell(label))));
  });
  const positions = found.find((places) => !places.includes(-1));
  if (positions !== undefined) {
    return { positions, notice: `classes are ${names!.join(", ")} (names in config.json)` };
  }
  const why = names === undefined
    ? "config.json has no class names"
    : `the names in config.json, ${names.join(", ")}, are not those of ${folder}`;
  return {
    positions: labels.map((_, id) => id),
    notice: `classes are assumed to be ${
      classNames.join(", ")
    }, because ${why}; use --labels for another order`,
  };
}

/** Reorders logits to the order of the task's labels. */
export function inLabelOrder(logits: Float32Array, order: readonly number[]): Float32Array {
  return order.length === 0 ? logits : Float32Array.from(order, (position) => logits[position]);
}
