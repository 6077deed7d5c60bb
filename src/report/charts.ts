/**
 * The charts of a report, from the fields that a run logged.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import { baselinesOf, MIN_EXAMPLES, sampleSize, wilson } from "./baselines.ts";
import type { Chart, Curve } from "./draw.ts";
import {
  type ChartGroup,
  HELD_OUT,
  inOrder,
  isLogged,
  isMetric,
  type Measurement,
  measurement,
  quantityOf,
} from "./quantities.ts";
import type { RunRecord } from "./run_record.ts";
import type { Bucket } from "./thinning.ts";

/** The fields of all runs grouped by quantity, in the order of the page. */
function fieldsByQuantity(records: readonly RunRecord[]): [string, string[]][] {
  const drawn = records.flatMap((record) =>
    [...record.series]
      .filter(([field, series]) =>
        isMetric(field) && isLogged(field, series) && hasEnough(record, measurement(field))
      )
      .map(([field]) => field)
  );
  const groups = Object.groupBy(new Set(drawn), (field) => measurement(field).name);
  return inOrder(Object.keys(groups)).map((name) => [name, groups[name]!]);
}

function hasEnough(record: RunRecord, { name, set }: Measurement): boolean {
  return set === null || (sampleSize(record, name, set) ?? Infinity) >= MIN_EXAMPLES;
}

/** A chart and the quantity that it shows. */
export interface RunChart extends Chart {
  /** Field of `events.jsonl` without the prefix of evaluations. */
  readonly quantity: string;
}

/** The charts of one run that belong to a group: each quantity is one chart with its training and held-out curves. */
export function runCharts(record: RunRecord, group: ChartGroup): RunChart[] {
  return fieldsByQuantity([record]).flatMap(([name, fields]) => {
    const quantity = quantityOf(name, [record]);
    if (quantity.group !== group) return [];
    // In every chart, training has the first color and held-out sets have the following ones.
    const heldOut = fields.filter((field) => field.startsWith(HELD_OUT));
    const sizes = heldOut.map((field) => sampleSize(record, name, measurement(field).set!));
    return [{
      ...quantity,
      quantity: name,
      references: baselinesOf(record, name),
      curves: fields.flatMap((field) => {
        const { set } = measurement(field);
        const label = set === null
          ? heldOut.length > 0 ? "training" : ""
          : set === ""
          ? "held-out"
          : `held-out, ${set}`;
        return curve(record, field, label, heldOut.indexOf(field) + 1);
      }),
      ...(sizes[0] != null && { note: `n = ${formatCount(sizes[0])}, 95% interval` }),
    }];
  });
}

/**
 * Charts that compare runs: one color per run, separate charts for each held-out set. Training curves are drawn only for quantities without evaluations.
 *
 * @param names the names of the runs in the page
 */
export function comparisonCharts(
  records: readonly RunRecord[],
  names: readonly string[],
): Chart[] {
  const charts = fieldsByQuantity(records).flatMap(([name, fields]) => {
    const { title, ...quantity } = quantityOf(name, records);
    const heldOut = fields.filter((field) => field.startsWith(HELD_OUT));
    return (heldOut.length > 0 ? heldOut : fields).map((field): Chart & { group: ChartGroup } => {
      const { set } = measurement(field);
      const data = set === null ? "" : set === "" ? ", held-out" : `, held-out ${set}`;
      // Runs on the same data share a baseline.
      const references = records.map((record) => baselinesOf(record, name));
      const [first] = references;
      const shared = set === "" &&
        references.every((one) => JSON.stringify(one) === JSON.stringify(first));
      return {
        ...quantity,
        title: title + data,
        ...(shared && { references: first }),
        legend: false,
        curves: records.flatMap((record, run) =>
          curve(record, field, names[run], run).map((one) => ({ ...one, run }))
        ),
      };
    });
  });
  const order: readonly ChartGroup[] = ["results", "optimization", "resources"];
  return order.flatMap((group) => charts.filter((chart) => chart.group === group));
}

function curve(record: RunRecord, field: string, label: string, color: number): Curve[] {
  const found = record.series.get(field);
  if (found === undefined || found.count === 0) return [];
  const { name, set } = measurement(field);
  if (set === null) return [{ label, color, kind: "line", buckets: found.buckets }];
  const size = found.thinned ? null : sampleSize(record, name, set);
  if (size === null) return [{ label, color, kind: "marked", buckets: found.buckets }];
  return [{ label, color, kind: "interval", buckets: found.buckets.map(withInterval(size)) }];
}

function withInterval(size: number): (bucket: Readonly<Bucket>) => Bucket {
  return (bucket) => ({ ...bucket, ...wilson(bucket.sum / bucket.count, size) });
}
