/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Compares two runs: curves, parameters, speed, and what the paper reports.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Chart } from "../app/chart.tsx";
import {
  attempt,
  call,
  findRun,
  follow,
  nameOf,
  reveal,
  runs,
  type RunView,
  settings,
  startRun,
} from "../app/state.ts";
import type { MetricPoint, RunEvaluation } from "../protocol.ts";
import {
  type Comparison,
  comparisonOf,
  comparisonsFor,
  type Proportion,
  settingsOf,
  verdictOf,
} from "./comparisons.ts";

/** Names of the two runs that the visitor chose. */
const chosen = signal<readonly [string | null, string | null]>([null, null]);

/** Both runs: the visitor's choice, else the newest two. */
const pair = computed<readonly [RunView, RunView] | null>(() => {
  const [a, b] = chosen.value.map(findRun);
  if (a !== undefined && b !== undefined) return [a, b];
  const [newest, other] = runs.value;
  return other === undefined ? null : [other, newest];
});

/** The panel. */
export function Compare() {
  return (
    <div class="stack">
      <Presets />
      {pair.value !== null && <Pair pair={pair.value} />}
    </div>
  );
}

/** The comparisons of the paper, with a button each that trains both models. */
function Presets() {
  return (
    <section class="card" aria-labelledby="compare-title">
      <h2 id="compare-title">Compare two models</h2>
      <p class="lead">
        Two models train in turns, on the text and with the other settings of the panel Train
        ({settings.value.steps.toLocaleString("en")} steps, seed {settings.value.seed}).
      </p>
      <div class="presets">
        {comparisonsFor(settings.value.size).map((comparison) => (
          <article key={comparison.name} class="preset">
            <h3>{comparison.title}</h3>
            <p class="faint">{comparison.claim}</p>
            <button
              type="button"
              id={`compare-${comparison.name}`}
              aria-label={`Train both: ${comparison.title}`}
              onClick={() =>
                attempt(() =>
                  trainBoth(comparison)
                )}
            >
              Train both
            </button>
          </article>
        ))}
      </div>
    </section>
  );
}

async function trainBoth(comparison: Comparison): Promise<void> {
  const [a, b] = settingsOf(comparison, settings.value);
  const first = await startRun(a);
  chosen.value = [first, await startRun(b)];
  reveal("pair");
}

/** Evaluations by the name of the run and its last step. */
const evaluations = signal<ReadonlyMap<string, RunEvaluation>>(new Map());

function keyOf({ run, points }: RunView): string {
  return `${run} ${points.at(-1)?.step ?? 0}`;
}

const ENDED = new Set(["finished", "paused", "stopped"]);

function Pair({ pair }: { readonly pair: readonly [RunView, RunView] }) {
  const wanted = pair.filter((view) => ENDED.has(view.state) && view.facts !== null);
  useEffect(() => {
    follow(async () => {
      for (const view of wanted) {
        const key = keyOf(view);
        if (evaluations.value.has(key)) continue;
        const evaluation = await call("evaluate", view.run);
        evaluations.value = new Map([...evaluations.value, [key, evaluation]]);
      }
    });
  }, [wanted.map(keyOf).join()]);
  const [a, b] = pair;
  const comparison = comparisonOf(a.settings, b.settings);
  const labels = comparison?.labels ?? ["Run A", "Run B"];
  return (
    <section class="card" id="pair" aria-labelledby="pair-title">
      <h2 id="pair-title">{comparison?.title ?? "Two runs"}</h2>
      <div class="pair-fields">
        {pair.map((view, i) => (
          <RunField key={i} index={i} pair={pair} label={labels[i]} shown={view} />
        ))}
      </div>
      <Curves pair={pair} labels={labels} />
      <Figures pair={pair} labels={labels} />
      {comparison !== null && <Outcome comparison={comparison} pair={pair} />}
    </section>
  );
}

const COLORS = ["--masked", "--pair"];

/** Chooses one of the two runs. */
function RunField(
  { index, pair, label, shown }: {
    readonly index: number;
    readonly pair: readonly [RunView, RunView];
    readonly label: string;
    readonly shown: RunView;
  },
) {
  const id = `pair-${index}`;
  const last = shown.points.at(-1)?.step ?? 0;
  return (
    <div class="field">
      <label for={id}>
        <Swatch index={index} /> {label}
      </label>
      <select
        id={id}
        value={shown.run}
        onChange={({ currentTarget: { value } }) => {
          const names = pair.map(({ run }) => run);
          chosen.value = index === 0 ? [value, names[1]] : [names[0], value];
        }}
      >
        {runs.value.map((view) => <option key={view.run} value={view.run}>{nameOf(view)}</option>)}
      </select>
      <progress max={shown.settings.steps} value={last} aria-label={`Steps of ${label}`} />
      <small>
        {shown.state}, step {last} of {shown.settings.steps}
      </small>
    </div>
  );
}

function Swatch({ index }: { readonly index: number }) {
  return <span class="swatch" style={{ background: `var(${COLORS[index]})` }} />;
}

/** The curves of both runs over each other. */
function Curves(
  { pair, labels }: {
    readonly pair: readonly [RunView, RunView];
    readonly labels: readonly string[];
  },
) {
  const longest = Math.max(...pair.map(({ points }) => points.length));
  const x = Array.from({ length: longest }, (_, i) => i + 1);
  const range = [0, Math.max(...pair.map(({ settings }) => settings.steps))] as const;
  const objectives = [...new Set(pair.map(({ settings }) => settings.objective))]
    .filter((name) => name !== "none").map((name) => name.toUpperCase()).join(" or ");
  const charts = [
    { title: "Masked-LM loss, in nats", of: (point: MetricPoint) => point.maskedLoss },
    {
      title: `${objectives} accuracy, in percent`,
      of: ({ pairAccuracy }: MetricPoint) => pairAccuracy === null ? null : 100 * pairAccuracy,
    },
  ].slice(0, objectives === "" ? 1 : 2);
  const baseline = pair[0].facts?.unigram.loss;
  return (
    <div class="pair-charts">
      {charts.map(({ title, of }, i) => {
        const curves = pair.map((view, index) => ({
          label: labels[index],
          color: COLORS[index],
          values: valuesOf(view, longest, of),
        }));
        const ends = curves.map(({ label, values }) =>
          `${label} ${values.findLast((value) => value !== null)?.toPrecision(3) ?? "no value"}`
        );
        const dashed = {
          ...{ label: "without context", color: "--faint", dash: [4, 4] },
          values: x.map(() => baseline ?? null),
        };
        return (
          <div key={title}>
            <h3>{title}</h3>
            <Chart
              label={`${title} by step, smoothed. ${ends.join(", ")}.`}
              x={x}
              range={range}
              curves={i === 0 && baseline !== undefined ? [...curves, dashed] : curves}
            />
          </div>
        );
      })}
    </div>
  );
}

/** Smooths a metric with an exponential mean over about a fortieth of the run. Null after the end. */
function valuesOf(
  { points, settings: { steps } }: RunView,
  length: number,
  of: (point: MetricPoint) => number | null,
): (number | null)[] {
  const keep = 1 - 1 / Math.max(1, steps / 40);
  const values = Array<number | null>(length).fill(null);
  let mean = 0, weight = 0;
  for (const [i, point] of points.entries()) {
    const value = of(point);
    if (value === null) continue;
    mean = keep * mean + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    values[i] = mean / weight;
  }
  return values;
}

/** A row of the table of figures. */
interface Row {
  readonly label: string;
  readonly of: (view: RunView, evaluation: RunEvaluation | undefined) => number | null | undefined;
  readonly format: (value: number) => string;
}

const whole = (value: number) => Math.round(value).toLocaleString("en");
const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** What the model costs. */
const COSTS: readonly Row[] = [
  {
    label: "Parameters of the encoder",
    of: ({ facts }) => facts?.encoderParameters,
    format: whole,
  },
  {
    label: "Gradients per step, kB",
    of: ({ facts }) => facts && 4e-3 * facts.totalParameters,
    format: whole,
  },
  { label: "Tokens per second", of: ({ points }) => speedOf(points), format: whole },
];

/** What the model has learned. */
const METRICS: readonly Row[] = [
  {
    label: "Masked-LM loss",
    of: (_, evaluation) => evaluation?.maskedLoss,
    format: (loss) => loss.toFixed(3),
  },
  {
    label: "Masked-LM accuracy",
    of: (_, evaluation) => evaluation?.maskedAccuracy,
    format: percent,
  },
  { label: "SOP accuracy", of: (_, evaluation) => evaluation?.sop, format: percent },
  { label: "NSP accuracy", of: (_, evaluation) => evaluation?.nsp, format: percent },
];

/** Parameters, traffic, speed and evaluation of both runs. */
function Figures(
  { pair, labels }: {
    readonly pair: readonly [RunView, RunView];
    readonly labels: readonly string[];
  },
) {
  const evaluated = pair.map((view) => evaluations.value.get(keyOf(view)));
  const row = ({ label, of, format }: Row, withRatio: boolean) => {
    const values = pair.map((view, i) => of(view, evaluated[i]) ?? null);
    const [a, b] = values;
    return (
      <tr key={label}>
        <th scope="row">{label}</th>
        {values.map((value, i) => (
          <td key={i} class="number">{value === null ? "–" : format(value)}</td>
        ))}
        <td class="number faint">{withRatio && a && b && `× ${(b / a).toPrecision(3)}`}</td>
      </tr>
    );
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Figures of both runs">
      <table class="figures">
        <thead>
          <tr>
            <td />
            {labels.map((label, i) => (
              <th key={i} scope="col">
                <Swatch index={i} />
                {"\u00a0"}
                {label}
              </th>
            ))}
            <th scope="col" class="faint">Ratio</th>
          </tr>
        </thead>
        <tbody>
          {COSTS.map((costs) => row(costs, true))}
          {METRICS.map((metric) => row(metric, false))}
        </tbody>
      </table>
      {evaluated.some((evaluation) => evaluation?.isHeldOut === false) && (
        <p class="faint">
          The text is too short to hold a part out, so loss and accuracies are for the training text
          with other masks and pairs.
        </p>
      )}
    </div>
  );
}

/** Mean over all steps; null before the first one. */
function speedOf(points: readonly MetricPoint[]): number | null {
  const seconds = points.at(-1)?.seconds ?? 0;
  return seconds === 0 ? null : points.reduce((sum, { tokens }) => sum + tokens, 0) / seconds;
}

/** What the paper reports, next to the outcome of these two runs. */
function Outcome(
  { comparison: { claim, expectation, note }, pair }: {
    readonly comparison: Comparison;
    readonly pair: readonly [RunView, RunView];
  },
) {
  const [a, b] = pair.map((view) => evaluations.value.get(keyOf(view)));
  const remark = note?.(pair[0].settings) ?? null;
  return (
    <div class="outcome">
      <div>
        <h3>The paper</h3>
        <p>{claim}</p>
      </div>
      <div aria-live="polite">
        <h3>These two runs</h3>
        {a === undefined || b === undefined
          ? <p class="faint">Evaluated when both runs have ended.</p>
          : (
            <Verdict
              statement={expectation.statement}
              higher={expectation.higher([a, b])}
              lower={expectation.lower([a, b])}
            />
          )}
        {remark !== null && <p>{remark}</p>}
        <p class="faint">
          One seed and a small model on a small text: an illustration, not evidence. The command
          {" "}
          <code>albert paper run</code> trains several seeds and tests the claims.
        </p>
      </div>
    </div>
  );
}

function Verdict(
  { statement, higher, lower }: {
    readonly statement: string;
    readonly higher: Proportion | null;
    readonly lower: Proportion | null;
  },
) {
  if (higher === null || lower === null) return null;
  const numbers = [higher, lower].map(({ label, value }) => `${percent(value)} (${label})`);
  const verdict = verdictOf(higher, lower);
  return (
    <p>
      <strong
        class={`verdict ${verdict === "met" ? "right" : verdict === "not met" ? "wrong" : ""}`}
      >
        {{
          "met": "As in the paper",
          "not met": "Unlike the paper",
          "undecided": "Undecided",
        }[verdict]}
      </strong>{" "}
      Expected: {statement}. Measured: {numbers.join(" and ")}
      {verdict === "undecided" && ", a difference within the sampling error"}.
    </p>
  );
}
