/**
 * Metrics and predictions of the user's own text tasks, from the logits.
 *
 * @module
 */
import { tableField } from "../../json/mod.ts";
import { sigmoid, softmax } from "../../model/mod.ts";
import { type PredictionReview, worstFirst } from "../../train/mod.ts";
import { accuracy, areaUnderRoc, macroF1, pearson, spearman } from "./metrics.ts";
import { GlueFileError, type GlueRow } from "./reader.ts";
import type { GlueTaskDefinition } from "./tasks.ts";

/** The prediction of a row. */
export interface TextPrediction {
  /** The class, the classes with a probability of at least 1/2, or the score. */
  readonly prediction: string | readonly string[] | number;
  /** Probability of each class; undefined for a regression. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

/**
 * Returns the prediction of each row.
 *
 * @throws {GlueFileError} if logits are NaN or infinite; the message names the row
 */
export function textPredictions(
  { labels, multiLabel }: Pick<GlueTaskDefinition, "labels" | "multiLabel">,
  rows: readonly Pick<GlueRow, "index">[],
  logits: readonly Float32Array[],
): TextPrediction[] {
  return logits.map((row, i) => {
    if (!row.every(Number.isFinite)) {
      throw new GlueFileError(`Row ${rows[i].index}: logits are not finite: ${row.join(", ")}`);
    }
    if (labels.length === 0) return { prediction: row[0] };
    const values = multiLabel ? Array.from(row, sigmoid) : softmax(row);
    const probabilities = Object.fromEntries(labels.map((label, id) => [label, values[id]]));
    return {
      prediction: multiLabel
        ? labels.filter((_, id) => values[id] >= 0.5)
        : labels[values.indexOf(Math.max(...values))],
      probabilities,
    };
  });
}

/** Returns the text of a prediction file: the columns index and prediction, quoted where a tab or a line break requires it; several labels are separated by commas, or a JSON array if one contains a comma. */
export function writeTextPredictions(
  task: GlueTaskDefinition,
  rows: readonly GlueRow[],
  logits: readonly Float32Array[],
): string {
  const lines = textPredictions(task, rows, logits).map(({ prediction }, i) => {
    const joined = Array.isArray(prediction) && prediction.some((label) => label.includes(","))
      ? JSON.stringify(prediction)
      : `${prediction}`;
    return `${tableField(rows[i].index, "\t")}\t${tableField(joined, "\t")}`;
  });
  return `${["index\tprediction", ...lines].join("\n")}\n`;
}

/**
 * Computes the metrics of rows with labels.
 *
 * One class per row: `accuracy`, `f1_macro` and `auc` (of the second of two classes; the mean of one against the rest for more). Several: `f1_macro`, `f1_micro`,
 * `accuracy` (all labels correct) and `auc` (mean of the classes). Scores: `pearson`, `spearmanr` and `mse`. `auc` is absent if each class has only positive or only
 * negative rows.
 *
 * @throws {RangeError} if there are no rows
 */
export function textMetrics(
  task: GlueTaskDefinition,
  rows: readonly GlueRow[],
  logits: readonly Float32Array[],
): Record<string, number> {
  const { labels } = task;
  if (labels.length === 0) return regressionMetrics(rows, logits);
  const predictions = textPredictions(task, rows, logits);
  const scores = predictions.map(({ probabilities }) =>
    labels.map((label) => probabilities![label])
  );
  if (task.multiLabel) return multiLabelMetrics(labels, rows, scores);
  const gold = rows.map(({ label }) => label!);
  const predicted = predictions.map(({ prediction }) => labels.indexOf(prediction as string));
  const has = labels.map((_, id) => gold.map((label) => label === id));
  return {
    accuracy: accuracy(gold, predicted),
    f1_macro: macroF1(gold, predicted, labels.length),
    ...meanAuc(labels.length === 2 ? [has[1]] : has, scores, labels.length === 2 ? 1 : 0),
  };
}

function regressionMetrics(
  rows: readonly GlueRow[],
  logits: readonly Float32Array[],
): Record<string, number> {
  const gold = rows.map(({ label }) => label!), predicted = logits.map(([score]) => score);
  const squares = gold.reduce((sum, label, i) => sum + (label - predicted[i]) ** 2, 0);
  return {
    pearson: pearson(gold, predicted),
    spearmanr: spearman(gold, predicted),
    mse: squares / gold.length,
  };
}

function multiLabelMetrics(
  labels: readonly string[],
  rows: readonly GlueRow[],
  scores: readonly (readonly number[])[],
): Record<string, number> {
  const has = labels.map((_, id) => rows.map((row) => row.labels!.includes(id)));
  let correct = 0, all = 0;
  const own = has.map((gold, id) => {
    const answers = scores.map((row) => row[id] >= 0.5);
    const both = gold.filter((yes, i) => yes && answers[i]).length;
    const count = gold.filter(Boolean).length + answers.filter(Boolean).length;
    correct += both;
    all += count;
    return count === 0 ? 0 : 2 * both / count;
  });
  const exact = rows.filter((_, i) => has.every((gold, id) => gold[i] === scores[i][id] >= 0.5));
  return {
    f1_macro: own.reduce((sum, score) => sum + score, 0) / labels.length,
    f1_micro: all === 0 ? 0 : 2 * correct / all,
    accuracy: exact.length / rows.length,
    ...meanAuc(has, scores, 0),
  };
}

/** Returns the mean area of the classes from `first` on that have positive and negative rows; nothing if there are none. */
function meanAuc(
  has: readonly (readonly boolean[])[],
  scores: readonly (readonly number[])[],
  first: number,
): { readonly auc?: number } {
  const areas = has
    .map((gold, id) => areaUnderRoc(gold, scores.map((row) => row[first + id])))
    .filter((area) => !Number.isNaN(area));
  return areas.length === 0 ? {} : { auc: areas.reduce((a, b) => a + b) / areas.length };
}

/** Returns the rows whose predicted labels are not all correct. The confidence is the probability of the wrong labels' own answers. */
export function reviewSets(
  labels: readonly string[],
  rows: readonly GlueRow[],
  logits: readonly Float32Array[],
): PredictionReview {
  const missed = rows.flatMap((row, i) => {
    const values = Array.from(logits[i], sigmoid);
    const wrong = values.filter((value, id) => (value >= 0.5) !== row.labels!.includes(id));
    if (wrong.length === 0) return [];
    return [{
      id: row.index,
      texts: row.texts,
      gold: row.labels!.map((id) => labels[id]).join(", ") || "none",
      predicted: labels.filter((_, id) => values[id] >= 0.5).join(", ") || "none",
      confidence: Math.max(...wrong.map((value) => Math.max(value, 1 - value))),
    }];
  });
  return { missed: missed.length, worst: worstFirst(missed, ({ confidence }) => confidence) };
}
