/**
 * The charts of a report, from the fields that a run logged.
 *
 * @module
 */
import type { Chart, Curve } from "./draw.ts";
import type { RunRecord } from "./run_record.ts";
import type { ThinnedSeries } from "./thinning.ts";

/** How the chart of a field is drawn. */
interface Quantity {
  readonly title: string;
  readonly format: string;
  readonly factor?: number;
  readonly logarithmic?: boolean;
}

const MEBIBYTE = 1 / 2 ** 20;

/** Known fields in the order of the page; other fields follow under their own names. */
const QUANTITIES: Readonly<Record<string, Quantity>> = {
  loss: { title: "Loss (nats)", format: ".5~g" },
  loss_mlm: { title: "Masked-LM loss (nats)", format: ".5~g" },
  loss_pair: { title: "SOP/NSP loss (nats)", format: ".5~g" },
  accuracy_mlm: { title: "Masked-LM accuracy", format: ".3~p" },
  accuracy_pair: { title: "SOP/NSP accuracy", format: ".3~p" },
  accuracy_pair_whole: { title: "SOP/NSP accuracy, untruncated pairs", format: ".3~p" },
  accuracy: { title: "Accuracy", format: ".3~p" },
  learning_rate: { title: "Learning rate", format: ".5~g" },
  gradient_norm: { title: "Gradient norm before clipping", format: ".5~g", logarithmic: true },
  loss_scale: { title: "Loss scale", format: ".5~g", logarithmic: true },
  skipped_steps: { title: "Skipped steps (total)", format: "d" },
  tokens_per_second: { title: "Throughput (tokens/s)", format: "~s" },
  memory_bytes: { title: "Device memory (MiB)", format: ".4~r", factor: MEBIBYTE },
  host_bytes: { title: "Host memory (MiB)", format: ".4~r", factor: MEBIBYTE },
};

const HELD_OUT = "eval_";
/** Sizes of an evaluation, which are not metrics. */
const NOT_DRAWN = /^eval_(.+_)?(examples|pairs_whole|total)$/;

/** The quantity that a field measures, and the data that it was measured on. */
interface Measurement {
  readonly name: string;
  /** `held-out`, or `held-out, books` for a set of that name; empty for training data. */
  readonly data: string;
}

function measurement(field: string): Measurement {
  if (!field.startsWith(HELD_OUT)) return { name: field, data: "" };
  const rest = field.slice(HELD_OUT.length);
  // `eval_books_loss_mlm`: the longest known quantity at the end of the field is split off; the rest is the set's name.
  const names = Object.keys(QUANTITIES).filter((name) => rest.endsWith(`_${name}`));
  const name = names.sort((a, b) => b.length - a.length)[0];
  if (name === undefined || Object.hasOwn(QUANTITIES, rest)) {
    return { name: rest, data: "held-out" };
  }
  return { name, data: `held-out, ${rest.slice(0, -name.length - 1)}` };
}

function quantity(name: string): Quantity {
  // Field names come from a file; `constructor` must not find a property of Object.prototype.
  if (Object.hasOwn(QUANTITIES, name)) return QUANTITIES[name];
  return { title: name.replaceAll("_", " "), format: ".5~g" };
}

/** The fields of all runs grouped by quantity, in the order of the page. */
function fieldsByQuantity(records: readonly RunRecord[]): [string, string[]][] {
  const drawn = records.flatMap(({ series }) =>
    [...series].filter(([field, curve]) => !NOT_DRAWN.test(field) && isLogged(field, curve))
      .map(([field]) => field)
  );
  const groups = Object.groupBy(new Set(drawn), (field) => measurement(field).name);
  const known = Object.keys(QUANTITIES).filter((name) => name in groups);
  const others = Object.keys(groups).filter((name) => !Object.hasOwn(QUANTITIES, name)).sort();
  return [...known, ...others].map((name) => [name, groups[name]!]);
}

/** Runs without a pair objective log zeros for it, and regression tasks log zeros as their accuracy. */
function isLogged(field: string, { buckets }: ThinnedSeries): boolean {
  if (!/_pair$|^accuracy$/.test(field)) return buckets.length > 0;
  return buckets.some(({ low, high }) => low !== 0 || high !== 0);
}

/** Charts of one run: each quantity is one chart with its training and held-out curves. */
export function runCharts(record: RunRecord): Chart[] {
  return fieldsByQuantity([record]).map(([name, fields]) => {
    // In every chart, training has the first color and held-out sets have the following ones.
    const heldOut = fields.filter((field) => field.startsWith(HELD_OUT));
    return {
      ...quantity(name),
      curves: fields.flatMap((field) => {
        const { data } = measurement(field);
        const label = data === "" && heldOut.length > 0 ? "training" : data;
        return curve(record, field, label, heldOut.indexOf(field) + 1);
      }),
    };
  });
}

/** Charts that compare runs: one color per run, separate charts for each held-out set. */
export function comparisonCharts(records: readonly RunRecord[]): Chart[] {
  return fieldsByQuantity(records).flatMap(([name, fields]) =>
    fields.map((field) => {
      const { title, ...rest } = quantity(name);
      const data = measurement(field).data || (fields.length > 1 ? "training" : "");
      return {
        title: data === "" ? title : `${title}, ${data}`,
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
