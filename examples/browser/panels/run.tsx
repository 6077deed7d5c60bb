/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * A run: its progress, the predicted paragraph, curves, vocabulary and parameters.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { Chart, type Curve } from "../app/chart.tsx";
import {
  attempt,
  call,
  focusPanel,
  isActive,
  removeRun,
  resumeRun,
  type RunView,
  shownModel,
  shownPanel,
} from "../app/state.ts";
import type { MetricPoint, RunState } from "../protocol.ts";
import { Paragraph } from "./paragraph.tsx";

/** Steps that a point of a curve is the mean of, as a share of the run. */
const SMOOTHED = 1 / 40;
/** Seconds over which the speed is measured. */
const WINDOW = 3;

const STATES: Readonly<Record<RunState, string>> = {
  preparing: "Preparing",
  running: "Training",
  paused: "Paused",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Failed",
};

/** All that is known of a run. */
export function Run({ view }: { readonly view: RunView }) {
  // It has nothing to draw.
  if (view.state === "failed" && view.facts === null) return <Progress view={view} />;
  return (
    <>
      <Progress view={view} />
      <Paragraph view={view} />
      <Curves view={view} />
      <div class="pair">
        <Vocabulary view={view} />
        <Parameters view={view} />
      </div>
    </>
  );
}

function Progress({ view }: { readonly view: RunView }) {
  const { run, state, points, settings: { steps }, message, vocabulary } = view;
  const last = points.at(-1);
  const step = last?.step ?? 0;
  const speed = speedOf(points);
  const left = speed === null ? null : (steps - step) / speed.steps;
  const act = (name: "pause" | "stop") => attempt(() => call(name, run));
  const active = isActive(state);
  return (
    <section class="card progress" aria-label="Progress" data-state={state}>
      <div class="row">
        <h2 id="state">
          <span class="dot" /> {STATES[state]}
        </h2>
        <div class="buttons">
          {state === "finished" ? <Next run={run} /> : (
            <>
              {active
                ? <button type="button" id="pause" onClick={() => act("pause")}>Pause</button>
                : (
                  <button type="button" id="resume" onClick={() => attempt(() => resumeRun(run))}>
                    Resume
                  </button>
                )}
              <button
                type="button"
                id="stop"
                disabled={!active && state !== "paused"}
                onClick={() => act("stop")}
              >
                Stop
              </button>
            </>
          )}
          <button
            type="button"
            id="delete"
            onClick={() => {
              attempt(() => removeRun(run));
              focusPanel(); // The button is gone.
            }}
          >
            Delete
          </button>
        </div>
      </div>
      <progress
        value={state === "preparing" ? vocabulary?.done ?? 0 : step / steps}
        aria-label={state === "preparing" ? "Vocabulary" : "Steps"}
      />
      {message !== null && <p class="notice">{message}</p>}
      <dl class="stats">
        <Stat label="Step">{step.toLocaleString("en")} / {steps.toLocaleString("en")}</Stat>
        <Stat label="Tokens/s">
          {speed === null ? "–" : Math.round(speed.tokens).toLocaleString("en")}
        </Stat>
        <Stat label="Time">{(last?.seconds ?? 0).toFixed(0)} s</Stat>
        <Stat label="Left">{left === null || !active ? "–" : `${left.toFixed(0)} s`}</Stat>
      </dl>
    </section>
  );
}

/** What to do with a trained model. */
function Next({ run }: { readonly run: string }) {
  const show = (panel: string) => {
    shownModel.value = run;
    shownPanel.value = panel;
  };
  return (
    <>
      <button type="button" class="primary" id="try" onClick={() => show("fill")}>
        Fill in blanks
      </button>
      <button type="button" onClick={() => show("inside")}>Look inside</button>
    </>
  );
}

function Stat(
  { label, children }: { readonly label: string; readonly children: ComponentChildren },
) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}

/** Steps and tokens per second of the last seconds; null before there are two points. */
function speedOf(points: readonly MetricPoint[]): { steps: number; tokens: number } | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  let first = points.length - 1;
  let tokens = 0;
  while (first > 0 && points[first].seconds > last.seconds - WINDOW) {
    tokens += points[first--].tokens;
  }
  const seconds = last.seconds - points[first].seconds;
  return seconds > 0
    ? { steps: (last.step - points[first].step) / seconds, tokens: tokens / seconds }
    : null;
}

function Curves(
  { view: { points, facts, settings: { steps, objective } } }: { readonly view: RunView },
) {
  const { x, losses, accuracies } = useMemo(() => {
    const window = Math.max(1, Math.round(steps * SMOOTHED));
    const curve = (
      label: string,
      color: string,
      of: (point: MetricPoint) => number | null,
    ): Curve => ({
      label,
      color,
      values: smoothed(points.map(of), window),
    });
    const level = (label: string, color: string, value: number): Curve => ({
      label,
      color,
      dash: [5, 4],
      values: points.map(() => value),
    });
    const pair = objective === "none" ? null : objective.toUpperCase();
    return {
      x: points.map(({ step }) => step),
      losses: [
        curve("MLM", "--masked", (point) => point.maskedLoss),
        ...(facts === null ? [] : [level("unigram", "--masked", facts.unigram.loss)]),
        ...(pair === null ? [] : [curve(pair, "--pair", (point) => point.pairLoss)]),
      ],
      accuracies: [
        curve("MLM", "--masked", (point) => percent(point.maskedAccuracy)),
        ...(facts === null ? [] : [level("unigram", "--masked", percent(facts.unigram.accuracy)!)]),
        ...(pair === null ? [] : [curve(pair, "--pair", (point) => percent(point.pairAccuracy))]),
        ...(typeof facts?.cueAccuracy === "number"
          ? [level("length cues", "--pair", percent(facts.cueAccuracy)!)]
          : []),
      ],
    };
  }, [points, facts]);
  const range = useMemo(() => [0, steps] as const, [steps]);
  return (
    <div class="pair">
      <section class="card">
        <h3>Loss, in nats</h3>
        <Chart label={describe("Losses", losses)} x={x} range={range} curves={losses} from={0} />
      </section>
      <section class="card">
        <h3>Accuracy, in percent</h3>
        <Chart
          label={describe("Accuracies", accuracies)}
          x={x}
          range={range}
          curves={accuracies}
          from={0}
          to={100}
        />
      </section>
    </div>
  );
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}

/** The last values in a sentence. */
function describe(what: string, curves: readonly Curve[]): string {
  const last = curves.map(({ label, values }) => `${label} ${values.at(-1)?.toFixed(2) ?? "none"}`);
  return `${what} by step, now: ${last.join(", ")}`;
}

/** The mean of each value and those before it. */
function smoothed(values: readonly (number | null)[], window: number): (number | null)[] {
  let sum = 0, count = 0;
  return values.map((value, i) => {
    const old = values[i - window] ?? null;
    if (value !== null) [sum, count] = [sum + value, count + 1];
    if (old !== null) [sum, count] = [sum - old, count - 1];
    return count === 0 ? null : sum / count;
  });
}

function Vocabulary({ view: { vocabulary, facts } }: { readonly view: RunView }) {
  if (vocabulary === null) return null;
  const { pieces, examples, done } = vocabulary;
  return (
    <section class="card">
      <h3>Vocabulary: {pieces.toLocaleString("en")} pieces</h3>
      <p class="faint">
        {facts === null
          ? `Removing the least useful pieces: ${Math.round(100 * done)}%`
          : `From ${facts.tokens.toLocaleString("en")} tokens in ${
            facts.documents.toLocaleString("en")
          } documents. ▁ starts a word.`}
      </p>
      <p class="pieces" tabIndex={0} role="region" aria-label="Pieces of the vocabulary">
        {examples.map((piece) => <code key={piece}>{piece}</code>)}
      </p>
    </section>
  );
}

/** The parameters as the paper's Table 1 counts them, and what the same model would have without ALBERT's two reductions. */
function Parameters({ view: { facts } }: { readonly view: RunView }) {
  if (facts === null) return null;
  const most = Math.max(...facts.counts.map(({ parameters }) => parameters));
  return (
    <section class="card">
      <h3>Parameters: {facts.encoderParameters.toLocaleString("en")}</h3>
      <p class="faint">Encoder and embeddings, as in Table 1 of the paper.</p>
      <ul class="counts">
        {facts.counts.map(({ label, parameters, embeddings }) => (
          <li key={label}>
            <span>{label}</span>
            <span class="number">{parameters.toLocaleString("en")}</span>
            <span class="split" style={{ width: `${100 * parameters / most}%` }}>
              <i style={{ flexGrow: embeddings }} />
              <b style={{ flexGrow: parameters - embeddings }} />
            </span>
          </li>
        ))}
      </ul>
      <p class="faint legend">
        <i /> embeddings <b /> layers
      </p>
    </section>
  );
}
