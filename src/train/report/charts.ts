/**
 * Which charts a report shows, from the fields that a run logged.
 *
 * @module
 */
import type { Chart, Curve } from "./draw.ts";
import type { RunRecord } from "./run_record.ts";

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
  loss: { title: "Loss (nats)", format: "~g" },
  loss_mlm: { title: "Masked word loss (nats)", format: "~g" },
  loss_pair: { title: "Sentence pair loss (nats)", format: "~g" },
  accuracy_mlm: { title: "Masked word accuracy", format: "~%" },
  accuracy_pair: { title: "Sentence pair accuracy", format: "~%" },
  learning_rate: { title: "Learning rate", format: "~g" },
  gradient_norm: { title: "Gradient norm before clipping", format: "~g", logarithmic: true },
  tokens_per_second: { title: "Tokens a second", format: "~s" },
  memory_bytes: { title: "Device memory (MiB)", format: "~r", factor: MEBIBYTE },
  host_bytes: { title: "Host memory (MiB)", format: "~r", factor: MEBIBYTE },
};

const HELD_OUT = "eval_";
/** Figures about an evaluation, not of the model. */
const NOT_DRAWN = new Set(["eval_examples"]);

/** What a field measures, without saying on which text. */
function quantityOf(field: string): string {
  return field.startsWith(HELD_OUT) ? field.slice(HELD_OUT.length) : field;
}

function quantity(name: string): Quantity {
  return QUANTITIES[name] ?? { title: name.replaceAll("_", " "), format: "~g" };
}

/** The quantities of some runs in the order of the page. */
function quantities(records: readonly RunRecord[]): string[] {
  const found = new Set(
    records.flatMap(({ series }) =>
      [...series].filter(([field, { count }]) => count > 0 && !NOT_DRAWN.has(field))
        .map(([field]) => quantityOf(field))
    ),
  );
  const known = Object.keys(QUANTITIES).filter((name) => found.has(name));
  return [...known, ...[...found].filter((name) => !(name in QUANTITIES)).sort()];
}

/** Charts of one run: training and held-out text in one chart each. */
export function runCharts(record: RunRecord): Chart[] {
  return quantities([record]).map((name) => {
    const measured = record.series.has(HELD_OUT + name);
    return {
      ...quantity(name),
      curves: [
        ...curve(record, name, measured ? "training" : "", 0),
        ...curve(record, HELD_OUT + name, "held out", 1),
      ],
    };
  });
}

/** Charts that compare runs: a colour for each run, held-out text in charts of its own. */
export function comparisonCharts(records: readonly RunRecord[]): Chart[] {
  return quantities(records).flatMap((name) => {
    const { title, ...rest } = quantity(name);
    const overlaid = (field: string) =>
      records.flatMap((record, colour) => curve(record, field, record.name, colour));
    const training = overlaid(name);
    const heldOut = overlaid(HELD_OUT + name);
    return [
      { title: heldOut.length > 0 ? `${title}, training` : title, ...rest, curves: training },
      { title: `${title}, held out`, ...rest, curves: heldOut },
    ].filter(({ curves }) => curves.length > 0);
  });
}

function curve({ series }: RunRecord, field: string, label: string, colour: number): Curve[] {
  const found = series.get(field);
  if (found === undefined || found.count === 0) return [];
  const kind = field.startsWith(HELD_OUT) ? "marked" : "line";
  return [{ label, colour, kind, buckets: found.buckets }];
}
