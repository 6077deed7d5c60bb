/**
 * What the fields of `events.jsonl` measure: titles, formats, and the data that they were measured on.
 *
 * @module
 */
import type { RunRecord } from "./run_record.ts";
import type { ThinnedSeries } from "./thinning.ts";

/** Where the chart of a quantity is on the page. */
export type ChartGroup = "results" | "optimization" | "resources";

/** How a quantity is shown. */
export interface Quantity {
  /** Title of its chart, with the unit. */
  readonly title: string;
  /** Format of the axis, in the syntax of d3-format. */
  readonly format: string;
  /** Factor for the unit of the title. */
  readonly factor?: number;
  readonly logarithmic?: boolean;
  readonly group: ChartGroup;
  /** Values that the axis includes. */
  readonly includes?: readonly number[];
  /** Which values are better; absent for quantities that are neither. */
  readonly better?: "lower" | "higher";
}

const MEBIBYTE = 1 / 2 ** 20;
const RESULT = { group: "results" } as const;
const LOSS = { ...RESULT, format: ".5~g", better: "lower" } as const;
const RATIO = { ...RESULT, format: ".3~p", better: "higher" } as const;
/** A fraction whose axis shows all possible values. */
const FRACTION = { ...RATIO, includes: [0, 1] } as const;
const OPTIMIZATION = { group: "optimization", format: ".5~g" } as const;
const RESOURCE = { group: "resources", includes: [0] } as const;

/** Known quantities in the order of the page; others follow under the names of their fields. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  loss: { title: "Loss (nats)", ...LOSS },
  loss_mlm: { title: "Masked-LM loss (nats)", ...LOSS },
  accuracy_mlm: { title: "Masked-LM accuracy", ...RATIO, includes: [0] },
  loss_pair: { title: "SOP/NSP loss (nats)", ...LOSS, includes: [0] },
  accuracy_pair: { title: "SOP/NSP accuracy", ...FRACTION },
  accuracy_pair_whole: { title: "SOP/NSP accuracy, uncut pairs", ...FRACTION },
  accuracy: { title: "Accuracy", ...FRACTION },
  matthews_correlation: {
    title: "Matthews correlation",
    ...RESULT,
    format: ".3~g",
    includes: [0, 1],
    better: "higher",
  },
  pearson: {
    title: "Pearson correlation",
    ...RESULT,
    format: ".3~g",
    includes: [0, 1],
    better: "higher",
  },
  spearmanr: {
    title: "Spearman correlation",
    ...RESULT,
    format: ".3~g",
    includes: [0, 1],
    better: "higher",
  },
  f1: { title: "F1", ...FRACTION },
  exact_match: { title: "Exact match", ...FRACTION },
  exact: { title: "Exact match", ...FRACTION },
  learning_rate: { title: "Learning rate", ...OPTIMIZATION, includes: [0] },
  gradient_norm: { title: "Gradient norm before clipping", ...OPTIMIZATION, logarithmic: true },
  loss_scale: { title: "Loss scale", ...OPTIMIZATION, logarithmic: true },
  skipped_steps: { title: "Skipped steps (total)", ...OPTIMIZATION, format: "d", includes: [0] },
  tokens_per_second: { title: "Throughput (tokens/s)", ...RESOURCE, format: "~s" },
  memory_bytes: { title: "Device memory (MiB)", ...RESOURCE, format: ".4~r", factor: MEBIBYTE },
  host_bytes: { title: "Host memory (MiB)", ...RESOURCE, format: ".4~r", factor: MEBIBYTE },
};

const SOP = /SOP\/NSP/;
/** Names of pair objectives in titles. */
const OBJECTIVES: Readonly<Record<string, string>> = {
  sop: "Sentence-order",
  nsp: "Next-sentence",
};

/** Prefix of the fields of evaluations. */
export const HELD_OUT = "eval_";
/** Sizes and baselines of an evaluation, which are not metrics. */
const NOT_A_METRIC =
  /^eval_(.+_)?(examples|pairs_whole|total|HasAns_total|NoAns_total)$|^eval_(.+_)?baseline_/;

/** Whether a field is a metric, and not a size or a baseline of an evaluation. */
export function isMetric(field: string): boolean {
  return !NOT_A_METRIC.test(field);
}

/** The quantity that a field measures, and the data that it was measured on. */
export interface Measurement {
  /** Name of the quantity: `loss_mlm`. */
  readonly name: string;
  /** Name of the held-out set; empty for the run's own, null for training data. */
  readonly set: string | null;
}

/** Splits a field: `eval_books_loss_mlm` is `loss_mlm` on the held-out set `books`. */
export function measurement(field: string): Measurement {
  if (!field.startsWith(HELD_OUT)) return { name: field, set: null };
  const rest = field.slice(HELD_OUT.length);
  if (Object.hasOwn(QUANTITIES, rest)) return { name: rest, set: "" };
  // The longest known quantity at the end of the field is split off (books_loss_mlm), or at its start (accuracy_mm).
  const longest = Object.keys(QUANTITIES).sort((a, b) => b.length - a.length);
  const end = longest.find((name) => rest.endsWith(`_${name}`));
  if (end !== undefined) return { name: end, set: rest.slice(0, -end.length - 1) };
  const start = longest.find((name) => rest.startsWith(`${name}_`) && !name.startsWith("loss"));
  if (start !== undefined) return { name: start, set: rest.slice(start.length + 1) };
  return { name: rest, set: "" };
}

/** How a quantity of a run is shown. */
export function quantityOf(name: string, records: readonly RunRecord[]): Quantity {
  // Field names come from a file; `constructor` must not find a property of Object.prototype.
  const known: Quantity = Object.hasOwn(QUANTITIES, name)
    ? QUANTITIES[name]
    : { title: name.replaceAll("_", " "), format: ".5~g", ...RESULT };
  const percent = isPercentage(name, records);
  const objectives = new Set(records.map(({ pairObjective }) => pairObjective));
  const [objective] = objectives;
  const title = objectives.size === 1 && Object.hasOwn(OBJECTIVES, objective)
    ? known.title.replace(SOP, OBJECTIVES[objective])
    : known.title;
  // The sum of two losses is less informative than each of them.
  const isSum = name === "loss" && records.some(({ series }) => series.has("loss_mlm"));
  return {
    ...known,
    title,
    ...(isSum && { group: "optimization" }),
    ...(percent && { factor: 1 / 100, format: ".3~p" }),
  };
}

/** SQuAD's script computes percentages where other tasks have fractions. */
function isPercentage(name: string, records: readonly RunRecord[]): boolean {
  return /(^|_)(f1|exact|exact_match)$/.test(name) && records.some(({ task }) => task === "squad");
}

/** Names of the quantities in order. */
export function inOrder(names: Iterable<string>): string[] {
  const given = new Set(names);
  const known = Object.keys(QUANTITIES).filter((name) => given.has(name));
  return [...known, ...[...given].filter((name) => !Object.hasOwn(QUANTITIES, name)).sort()];
}

/** Runs without a pair objective log zeros for it, and regression tasks log zeros as their accuracy. */
export function isLogged(field: string, { buckets }: ThinnedSeries): boolean {
  if (!/_pair$|^accuracy$/.test(field)) return buckets.length > 0;
  return buckets.some(({ low, high }) => low !== 0 || high !== 0);
}
