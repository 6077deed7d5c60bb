/**
 * What trivial predictions reach, to compare a run's metrics with.
 *
 * @module
 */
import type { PredictionReview } from "../runs/mod.ts";
import type { Reference } from "./draw.ts";
import { HELD_OUT } from "./quantities.ts";
import type { RunRecord } from "./run_record.ts";

/**
 * Results on the SQuAD 1.1 development set in percent that need no training: searching a window of words of the question (Rajpurkar et al. 2016, Table 5).
 */
export const SLIDING_WINDOW: Readonly<Record<"exact_match" | "f1", number>> = {
  exact_match: 13.2,
  f1: 20.2,
};
/** Options of a RACE question. */
const RACE_OPTIONS = 4;

/** Baselines of a quantity on the run's own held-out set, in the unit of the field; the last one is the highest. */
export function baselinesOf(record: RunRecord, name: string): Reference[] {
  const logged = record.lastEvaluation?.[`${HELD_OUT}baseline_${name}`];
  if (typeof logged === "number") {
    const label = name.endsWith("_mlm")
      ? "without context"
      : name === "accuracy_pair"
      ? "by lengths and cuts alone"
      : "baseline";
    return [{ label, value: logged }];
  }
  const confusion = record.review?.sets[0]?.confusion;
  switch (name) {
    case "loss_pair":
      return [{ label: "chance", value: Math.log(2) }];
    case "accuracy_pair":
    case "accuracy_pair_whole":
      return [{ label: "chance", value: 0.5 }];
    case "accuracy":
      if (record.task === "race") return [{ label: "chance", value: 1 / RACE_OPTIONS }];
      return confusion === undefined
        ? []
        : [{ label: "most frequent class", value: majority(confusion) }];
    case "exact_match":
    case "f1":
      return record.task === "squad" && record.lastEvaluation?.eval_exact_match !== undefined
        ? [{ label: "word search without training", value: SLIDING_WINDOW[name] }]
        : [];
    case "exact":
      return noAnswers(record.review?.sets[0]);
  }
  return [];
}

/** SQuAD 2.0: the share of questions without an answer, in percent. */
function noAnswers(review: PredictionReview | undefined): Reference[] {
  const gold = review?.answerWords?.gold;
  if (gold === undefined) return [];
  const total = gold.reduce((a, b) => a + b, 0);
  return [{ label: "always “no answer”", value: 100 * gold[0] / total }];
}

/** The counts of a confusion matrix. */
type Confusion = NonNullable<PredictionReview["confusion"]>;

/** The share of the most frequent class. */
export function majority({ counts }: Confusion): number {
  const classes = counts.map(sum);
  return Math.max(...classes) / sum(classes);
}

/** The class that nearly all predictions have, and their share; null if there is none. */
export function collapsedClass(
  { labels, counts }: Confusion,
): { label: string; share: number } | null {
  const predicted = labels.map((_, i) => sum(counts.map((row) => row[i])));
  const most = Math.max(...predicted), total = sum(predicted);
  const gold = Math.max(...counts.map(sum)) / total;
  // A test set of one class is not a collapse.
  return most / total < COLLAPSED || gold > COLLAPSED
    ? null
    : { label: labels[predicted.indexOf(most)], share: most / total };
}

/** Share of equal predictions from which a classifier counts as collapsed. */
const COLLAPSED = 0.98;

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** A metric of fewer examples shows little but chance: the table of the evaluation has it, with its interval. */
export const MIN_EXAMPLES = 100;

/** Number of examples behind a metric of an evaluation; null if it is unknown. */
export function sampleSize(record: RunRecord, name: string, set: string): number | null {
  const prefix = set === "" ? HELD_OUT : `${HELD_OUT}${set}_`;
  const at = (field: string) => {
    const value = record.lastEvaluation?.[prefix + field];
    return typeof value === "number" && value > 0 ? value : null;
  };
  if (name === "accuracy_pair") return at("examples");
  if (name === "accuracy_pair_whole") return at("pairs_whole");
  if (name !== "accuracy") return null;
  const review = record.review?.sets.find((one) => one.name === set);
  return review?.confusion === undefined ? null : sum(review.confusion.counts.map(sum));
}

/** The 95% Wilson interval of a fraction of `count` examples. */
export function wilson(fraction: number, count: number): { low: number; high: number } {
  const z = 1.96, spread = z * z / count;
  const center = (fraction + spread / 2) / (1 + spread);
  const reach = z * Math.sqrt((fraction * (1 - fraction) + spread / 4) / count) / (1 + spread);
  return { low: Math.max(center - reach, 0), high: Math.min(center + reach, 1) };
}
