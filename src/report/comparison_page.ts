/**
 * The comparison of several runs: which is better, then their curves and settings.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import type { EvaluationMetric } from "../runs/mod.ts";
import { baselinesOf, sampleSize, wilson } from "./baselines.ts";
import { comparisonCharts } from "./charts.ts";
import { curveColor } from "./draw.ts";
import { formatDuration } from "./format.ts";
import { type Html, html } from "./html.ts";
import { chartControls, figures, page } from "./page.ts";
import { HELD_OUT, quantityOf } from "./quantities.ts";
import { PRIMARY, type RunRecord } from "./run_record.ts";
import { parameterCount } from "./run_settings.ts";
import { describeRun, shownValue } from "./run_summary.ts";
import { namedDifferences } from "./setting_names.ts";
import { axesData, stepAxes } from "./step_axes.ts";

/**
 * Draws two or more runs as one self-contained HTML page: a table sorted by the metric that selects checkpoints, overlaid curves, and the settings that
 * differ. Runs with equal names are numbered.
 */
export function comparisonPage(records: readonly RunRecord[]): string {
  const names = distinctNames(records.map(({ name }) => name));
  const axes = stepAxes(records);
  const charts = comparisonCharts(records, names);
  const ranking = rank(records, names);
  return page(
    `${names.join(", ")} – comparison`,
    html`<main data-axes="${axesData(axes)}">
<h1>Comparison of ${names.length} runs</h1>
${answer(ranking)}
${resultsTable(ranking)}
${
      charts.length === 0
        ? html`<p class="quiet">No step has been logged yet.</p>`
        : html`<h2>Curves</h2><div class="legend">${
          names.map((name, color) => html`<span>${key(color)}${name}</span>`)
        }</div>${chartControls(axes)}${figures(charts, axes)}`
    }
<h2>Settings that differ</h2>
${settingsTable(records, names)}
</main>`,
  );
}

function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function key(color: number): Html {
  return html`<span class="key"><i style="background:${curveColor(color)}"></i></span>`;
}

/** A run in the table. */
interface Ranked {
  readonly record: RunRecord;
  readonly name: string;
  /** Index of its color. */
  readonly color: number;
  /** The metric at the step that all runs evaluated; NaN without one. */
  readonly equal: number;
  /** The best value, and its step. */
  readonly best: readonly [value: number, step: number];
  /** The latest value, and its step. */
  readonly last: readonly [value: number, step: number];
}

/** Runs from the best to the worst. */
interface Ranking {
  /** Null if the runs have no metric in common. */
  readonly metric: EvaluationMetric | null;
  /** Name of the metric: `loss_mlm`. */
  readonly name: string;
  /** The last step that all runs evaluated; null if there is none. */
  readonly step: number | null;
  readonly runs: readonly Ranked[];
}

function rank(records: readonly RunRecord[], names: readonly string[]): Ranking {
  const candidates = [...records.flatMap(({ primary }) => primary ?? []), ...PRIMARY];
  const metric = candidates.find(({ field }) => records.every(({ series }) => series.has(field))) ??
    null;
  const curves = records.map((record) => curveOf(record, metric));
  const shared = curves.reduce<number[]>(
    (steps, curve) => steps.filter((step) => curve.has(step)),
    [...curves[0].keys()],
  );
  const step = shared.length === 0 ? null : Math.max(...shared);
  const sign = metric?.lowest ? 1 : -1;
  const runs = records.map((record, i): Ranked => {
    const values = [...curves[i]].map(([step, value]) => [value, step] as const);
    const none = [NaN, NaN] as const;
    const best = values.reduce((a, b) => sign * b[0] < sign * a[0] ? b : a, values[0] ?? none);
    return {
      ...{ record, name: names[i], color: i },
      ...{ best, last: values.at(-1) ?? none },
      equal: step === null ? NaN : curves[i].get(step)!,
    };
  });
  const by = (run: Ranked) => step === null ? run.best[0] : run.equal;
  return {
    ...{ metric, step, name: metric?.field.slice(HELD_OUT.length) ?? "" },
    runs: runs.toSorted((a, b) => sign * (by(a) - by(b)) || 0),
  };
}

/** A metric by step. */
function curveOf({ series }: RunRecord, metric: EvaluationMetric | null): Map<number, number> {
  const buckets = metric === null ? [] : series.get(metric.field)!.buckets;
  return new Map(buckets.map(({ last, sum, count }) => [last, sum / count]));
}

/** Which run is better, in a sentence. */
function answer({ metric, name, step, runs }: Ranking): Html {
  if (metric === null) {
    return html`<p class="quiet">The runs have no evaluated metric in common.</p>`;
  }
  const { title } = quantityOf(name, runs.map(({ record }) => record));
  const short = title.replace(/ \(.*\)$/, "").replace(
    /^[A-Z](?=[a-z])/,
    (letter) => letter.toLowerCase(),
  );
  const value = (run: Ranked) => step === null ? run.best[0] : run.equal;
  const [first, second] = runs;
  const where = step === null ? "at its best evaluation" : `at step ${formatCount(step)}`;
  const best = runs.filter((run) =>
    shown(run, name, value(run)) === shown(first, name, value(first))
  );
  const word = metric.lowest ? "lowest" : "highest";
  if (best.length > 1) {
    return verdict(
      "plain",
      `${best.map(({ name }) => name).join(" and ")} are equal`,
      `${title} ${shown(first, name, value(first))} ${where}.`,
    );
  }
  const reach = margin(first, name, value(first));
  const distance = Math.abs(value(first) - value(second));
  const baseline = baselinesOf(first.record, name).at(-1);
  const isOver = (value: number) =>
    baseline !== undefined &&
    (metric.lowest ? value >= baseline.value : value <= baseline.value);
  const over = isOver(value(first)), never = runs.every(({ best }) => isOver(best[0]));
  const text = [
    `${title} ${shown(first, name, value(first))} ${where}, ${
      shown(second, name, value(second))
    } of ${second.name}.`,
    ...(reach > distance ? ["The difference is within the 95% interval of one evaluation."] : []),
    ...(over
      ? [
        `${never ? "No run is" : "At that step, no run is"} better than the baseline (${
          baseline!.label
        } ${shown(first, name, baseline!.value)}).`,
      ]
      : []),
  ].join(" ");
  const certain = reach <= distance && !never;
  return verdict(
    certain ? "good" : "warn",
    step === null
      ? `${first.name} has the ${word} ${short}`
      : `${first.name} has the ${word} ${short} at equal steps`,
    text,
  );
}

function verdict(mood: string, title: string, text: string): Html {
  return html`<div class="verdict ${mood}"><b>${title}</b><p>${text}</p></div>`;
}

/** Half the width of the 95% interval of an accuracy; 0 for other metrics. */
function margin({ record }: Ranked, name: string, value: number): number {
  const size = sampleSize(record, name, "");
  if (size === null || !Number.isFinite(value)) return 0;
  const { low, high } = wilson(value, size);
  return (high - low) / 2;
}

function shown({ record }: Ranked, name: string, value: number): string {
  return Number.isFinite(value) ? shownValue(record, name, value) : "–";
}

function resultsTable(ranking: Ranking): Html {
  const { metric, name, step, runs } = ranking;
  const title = metric === null ? "" : quantityOf(name, runs.map(({ record }) => record)).title;
  const equals = runs.map((run) => shown(run, name, run.equal));
  const bests = runs.map((run) => shown(run, name, run.best[0]));
  const lasts = runs.map((run) => shown(run, name, run.last[0]));
  const metricHeads = metric === null ? [] : [
    ...(step === null ? [] : [`at step ${formatCount(step)}`]),
    "best",
    "at the end",
  ];
  return html`
    <div class="scroll">
      <table class="ranking">
        <thead>
          ${metric === null ? html`` : html`
            <tr>
              <th></th>
              <th class="n" colspan="${metricHeads.length}">${title}</th>
              <th colspan="5"></th>
            </tr>
          `}
          <tr><th>run</th>${metricHeads.map((head) => html`<th class="n">${head}</th>`)}
          <th class="n">steps</th><th class="n">tokens</th><th class="n">training time</th><th class="n">tokens/s</th><th class="n">parameters</th></tr>
        </thead>
        <tbody>${runs.map((run, i) => {
          const { record } = run;
          const tokens = record.tokensAt(record.step);
          const count = parameterCount(record);
          return html`<tr><th>${key(run.color)}${run.name}<br><small class="quiet">${
            describeRun(record)
          }</small></th>${
            metric === null
              ? html``
              : html`${step === null ? html`` : cell(equals, i, "")}${
                cell(bests, i, stepText(run.best[1]))
              }${cell(lasts, i, stepText(run.last[1]))}`
          }<td class="n">${formatCount(record.step)}</td><td class="n">${
            tokens > 0 ? formatCount(tokens) : "–"
          }</td><td class="n">${
            record.trainingSeconds > 0 ? formatDuration(record.trainingSeconds) : "–"
          }</td><td class="n">${
            tokens > 0 && record.trainingSeconds > 0
              ? formatCount(tokens / record.trainingSeconds)
              : "–"
          }</td><td class="n">${count === null ? "–" : formatCount(count)}</td></tr>`;
        })}</tbody>
      </table>
    </div>
  `;

  /** Bold if no other run has the same value and none is better. */
  function cell(values: readonly string[], i: number, note: string): Html {
    const numbers = values.map(parseFloat).filter(Number.isFinite);
    const best = metric!.lowest ? Math.min(...numbers) : Math.max(...numbers);
    const alone = values.filter((value) => value === values[i]).length === 1;
    const bold = alone && numbers.length > 1 && parseFloat(values[i]) === best;
    return html`<td class="${bold ? "n best" : "n"}">${values[i]}${
      note === "" ? html`` : html`
        <small class="quiet">${note}</small>
      `
    }</td>`;
  }
}

function stepText(step: number): string {
  return Number.isFinite(step) ? `step ${formatCount(step)}` : "";
}

function settingsTable(records: readonly RunRecord[], names: readonly string[]): Html {
  const rows = namedDifferences(records);
  if (rows.length === 0) return html`<p class="quiet">None.</p>`;
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr><th></th>${names.map((name, color) => html`<th>${key(color)}${name}</th>`)}</tr>
        </thead>
        <tbody>${rows.map(({ path, values }) =>
          html`<tr><td><code>${path}</code></td>${
            values.map((value) =>
              html`<td>${value === "" ? html`<span class="quiet">–</span>` : value}</td>`
            )
          }</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}
