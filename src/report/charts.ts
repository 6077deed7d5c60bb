/**
 * Which charts a report shows, from the fields that a run logged.
 *
 * @module
 */
import type { Chart, Curve } from "./chart_specs.ts";
import type { RunRecord } from "./run_record.ts";
import type { ThinnedSeries } from "./thinned_series.ts";

/** How a field is shown. */
interface Quantity {
  readonly title: string;
  readonly format: string;
  readonly factor?: number;
  readonly logarithmic?: boolean;
}

const MEBIBYTE = 1 / 2 ** 20;

/** Known fields in the order of the page; what is not listed follows under its own name. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  loss: { title: "Loss (nats)", format: ".5~g" },
  loss_mlm: { title: "Masked word loss (nats)", format: ".5~g" },
  loss_pair: { title: "Sentence pair loss (nats)", format: ".5~g" },
  accuracy_mlm: { title: "Masked word accuracy", format: ".3~p" },
  accuracy_pair: { title: "Sentence pair accuracy", format: ".3~p" },
  accuracy_pair_whole: { title: "Sentence pair accuracy, uncut pairs", format: ".3~p" },
  accuracy: { title: "Accuracy", format: ".3~p" },
  learning_rate: { title: "Learning rate", format: ".5~g" },
  gradient_norm: { title: "Gradient norm before clipping", format: ".5~g", logarithmic: true },
  loss_scale: { title: "Loss scale", format: ".5~g", logarithmic: true },
  skipped_steps: { title: "Steps skipped, in all", format: "d" },
  tokens_per_second: { title: "Tokens a second", format: "~s" },
  memory_bytes: { title: "Device memory (MiB)", format: ".4~r", factor: MEBIBYTE },
  host_bytes: { title: "Host memory (MiB)", format: ".4~r", factor: MEBIBYTE },
};

const HELD_OUT = "eval_";
/** Sizes of an evaluation, not figures of the model. */
const NOT_DRAWN = /^eval_(.+_)?(examples|pairs_whole|total)$/;

/** What a field measures, and on which text. */
interface Measurement {
  readonly name: string;
  /** `held out`, or `held out, books` for a set of that name; empty for training. */
  readonly text: string;
}

function measurement(field: string): Measurement {
  if (!field.startsWith(HELD_OUT)) return { name: field, text: "" };
  const rest = field.slice(HELD_OUT.length);
  // `eval_books_loss_mlm`: the longest quantity that the field ends with leaves the set's name.
  const names = Object.keys(QUANTITIES).filter((name) => rest.endsWith(`_${name}`));
  const name = names.sort((a, b) => b.length - a.length)[0];
  if (name === undefined || Object.hasOwn(QUANTITIES, rest)) {
    return { name: rest, text: "held out" };
  }
  return { name, text: `held out, ${rest.slice(0, -name.length - 1)}` };
}

function quantity(name: string): Quantity {
  // Names come from the log: one that every object answers to is no quantity.
  if (Object.hasOwn(QUANTITIES, name)) return QUANTITIES[name];
  return { title: name.replaceAll("_", " "), format: ".5~g" };
}

/** The fields of some runs by what they measure, in the order of the page. */
function fieldsByQuantity(records: readonly RunRecord[]): [string, string[]][] {
  const drawn = records.flatMap(({ series }) =>
    [...series].filter(([field, curve]) => !NOT_DRAWN.test(field) && isMeasured(field, curve))
      .map(([field]) => field)
  );
  const groups = Object.groupBy(new Set(drawn), (field) => measurement(field).name);
  const known = Object.keys(QUANTITIES).filter((name) => name in groups);
  const others = Object.keys(groups).filter((name) => !Object.hasOwn(QUANTITIES, name)).sort();
  return [...known, ...others].map((name) => [name, groups[name]!]);
}

/** A run without a pair objective logs zeros for it, as does one without classes for its accuracy. */
function isMeasured(field: string, { buckets }: ThinnedSeries): boolean {
  if (!/_pair$|^accuracy$/.test(field)) return buckets.length > 0;
  return buckets.some(({ low, high }) => low !== 0 || high !== 0);
}

/** Charts of one run: training and held-out text in one chart each. */
export function runCharts(record: RunRecord): Chart[] {
  return fieldsByQuantity([record]).map(([name, fields]) => {
    // Training has the first color in every chart, held-out sets those after it.
    const heldOut = fields.filter((field) => field.startsWith(HELD_OUT));
    return {
      ...quantity(name),
      curves: fields.flatMap((field) => {
        const { text } = measurement(field);
        const label = text === "" && heldOut.length > 0 ? "training" : text;
        return curve(record, field, label, heldOut.indexOf(field) + 1);
      }),
    };
  });
}

/** Charts that compare runs: a color for each run, each held-out text in charts of its own. */
export function comparisonCharts(records: readonly RunRecord[]): Chart[] {
  return fieldsByQuantity(records).flatMap(([name, fields]) =>
    fields.map((field) => {
      const { title, ...rest } = quantity(name);
      const text = measurement(field).text || (fields.length > 1 ? "training" : "");
      return {
        title: text === "" ? title : `${title}, ${text}`,
        ...rest,
        curves: records.flatMap((record, color) => curve(record, field, record.name, color)),
      };
    })
  );
}

function curve({ series }: RunRecord, field: string, label: string, color: number): Curve[] {
  const found = series.get(field);
  if (found === undefined || found.count === 0) return [];
  const kind = field.startsWith(HELD_OUT) ? "marked" : "line";
  return [{ label, color, kind, buckets: found.buckets }];
}
