/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Trains a model: settings, vocabulary, curves, and the paragraph whose masked tokens become right.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { Chart } from "../app/chart.tsx";
import { Fields } from "../app/fields.tsx";
import {
  attempt,
  call,
  ownText,
  ownTextHash,
  run,
  type RunView,
  settings,
  startRun,
  wantedHash,
} from "../app/state.ts";
import { encodeLink } from "../link.ts";
import { Shared } from "./shared.tsx";
import { Paragraph } from "./paragraph.tsx";

/** The panel. */
export function Train() {
  return (
    <div class="stack">
      <Shared />
      <div class="columns">
        <Form />
        {run.value === null ? <Empty /> : <Run view={run.value} />}
      </div>
    </div>
  );
}

function Form() {
  return (
    <form
      class="card settings"
      onSubmit={(event) => {
        event.preventDefault();
        attempt(startRun);
      }}
    >
      <h2>Settings</h2>
      <Fields />
      {settings.value.text === "own" && <OwnText />}
      <div class="buttons">
        <button type="submit" class="primary" id="train">Train</button>
        <ShareLink />
      </div>
    </form>
  );
}

/** The visitor's own text by paste or drop. */
function OwnText() {
  const read = async (file: File | undefined) => {
    if (file !== undefined) ownText.value = await file.text();
  };
  return (
    <div
      class="field drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        attempt(() => read(event.dataTransfer?.files[0]));
      }}
    >
      <label for="own-text">Your text. Paste it, or drop a text file here.</label>
      <textarea
        id="own-text"
        rows={6}
        spellcheck={false}
        value={ownText}
        onInput={(event) => ownText.value = event.currentTarget.value}
      />
      <small>
        Blank lines separate documents. {wantedHash.value !== null &&
          `The link is for a text with the SHA-256 ${wantedHash.value.slice(0, 12)} ….`}
      </small>
    </div>
  );
}

const copied = signal(false);

function ShareLink() {
  const copy = async () => {
    const fragment = encodeLink({ settings: settings.value, textHash: await ownTextHash() });
    history.replaceState(null, "", `#${fragment}`);
    await navigator.clipboard.writeText(location.href);
    copied.value = true;
    setTimeout(() => copied.value = false, 2000);
  };
  return (
    <button type="button" id="share" onClick={() => attempt(copy)}>
      {copied.value ? "Link copied" : "Copy a link"}
    </button>
  );
}

function Empty() {
  return (
    <section class="card">
      <h2>No run yet</h2>
      <p class="lead">Press Train: a vocabulary and a model are trained in this tab.</p>
    </section>
  );
}

function Run({ view }: { readonly view: RunView }) {
  const { points, facts, settings: { steps, objective }, state } = view;
  const x = points.map(({ step }) => step);
  const range = [0, steps] as const;
  const last = points.at(-1);
  return (
    <section class="run" aria-label="Run">
      <Controls view={view} />
      <Vocabulary view={view} />
      <Paragraph view={view} />
      <div class="charts">
        <Chart
          label={`Losses by step. ${
            last === undefined ? "" : `Masked-LM loss ${last.maskedLoss.toFixed(2)}`
          }`}
          x={x}
          range={range}
          curves={[
            { label: "MLM loss", color: "--masked", values: points.map((p) => p.maskedLoss) },
            ...(objective === "none" ? [] : [{
              label: `${objective.toUpperCase()} loss`,
              color: "--pair",
              values: points.map((p) => p.pairLoss),
            }]),
            ...(facts === null ? [] : [{
              label: "unigram loss",
              color: "--masked",
              dash: [4, 4],
              values: points.map(() => facts.unigram.loss),
            }]),
          ]}
        />
      </div>
      <p class="faint">{state}</p>
    </section>
  );
}

function Controls({ view: { run, state, points, settings, message } }: { readonly view: RunView }) {
  const last = points.at(-1);
  return (
    <div class="card controls">
      <p id="progress">
        {state} · step {last?.step ?? 0} of {settings.steps}
        {message !== null && <strong>{message}</strong>}
      </p>
      <div class="buttons">
        <button
          type="button"
          id="pause"
          disabled={state !== "running"}
          onClick={() => attempt(() => call("pause", run))}
        >
          Pause
        </button>
        <button
          type="button"
          id="resume"
          disabled={state !== "paused" && state !== "stopped"}
          onClick={() => attempt(() => call("resume", run))}
        >
          Resume
        </button>
        <button
          type="button"
          id="stop"
          disabled={state !== "running" && state !== "paused"}
          onClick={() => attempt(() => call("stop", run))}
        >
          Stop
        </button>
      </div>
    </div>
  );
}

function Vocabulary({ view: { vocabulary } }: { readonly view: RunView }) {
  if (vocabulary === null) return null;
  const { pieces, done, examples } = vocabulary;
  return (
    <details class="card" open={done < 1}>
      <summary>Vocabulary: {pieces} pieces</summary>
      <progress value={done} aria-label="Progress of the vocabulary" />
      <p class="pieces">{examples.map((piece) => <code key={piece}>{piece}</code>)}</p>
    </details>
  );
}
