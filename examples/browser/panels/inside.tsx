/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Looks inside a model: attention, what each layer changes, word embeddings, and which parameters are shared.
 *
 * @module
 */
import { computed, signal } from "@preact/signals";
import { attempt, choices, findRun, settings, shownRun, startRun } from "../app/state.ts";
import type { ConfigSource } from "../protocol.ts";
import { Attention } from "./attention.tsx";
import { Embeddings } from "./embeddings.tsx";
import { Sharing } from "./sharing.tsx";
import { Transitions } from "./transitions.tsx";

const chosen = signal<string | null>(null);
/** Most characters of the sentence: all of its tokens are drawn. */
const LONGEST = 1000;
const sentence = signal("The cow sleeps in the [MASK].");

/** Name of the model that the panel shows: the visitor's choice, else the run of the page, else any. */
const inspected = computed(() => {
  const names = choices.value.map(({ model }) => model);
  return [chosen.value, shownRun.value].find((name) => name !== null && names.includes(name)) ??
    names[0] ?? null;
});

/** The panel. */
export function Inside() {
  const model = inspected.value;
  const text = sentence.value;
  return (
    <div class="stack">
      {model === null ? <NoModel /> : (
        <>
          <Subject model={model} />
          <Attention key={model} model={model} text={text} />
          <Transitions
            key={`${model} layers`}
            model={model}
            text={text}
            keep={() => chosen.value = model}
          />
          <Embeddings key={`${model} embeddings`} model={model} />
        </>
      )}
      <Sharing source={sourceOf(model)} />
    </div>
  );
}

/** The configuration to draw: that of the model, or of the form if there is no model yet. */
function sourceOf(model: string | null): ConfigSource {
  const run = findRun(model);
  if (run?.facts) return { settings: run.settings, vocabularySize: run.facts.vocabularySize };
  if (model !== null) return { model };
  return { settings: settings.value, vocabularySize: settings.value.vocabulary };
}

function NoModel() {
  return (
    <section class="card">
      <h2>Look inside a model while it learns</h2>
      <p class="lead">
        Train a model first. This page then shows what its attention heads look at, and follows them
        as they change.
      </p>
      <div class="buttons">
        <button type="button" class="primary" id="inside-train" onClick={() => attempt(startRun)}>
          Train a model
        </button>
      </div>
    </section>
  );
}

/** What is shown: a model and a sentence. */
function Subject({ model }: { readonly model: string }) {
  const run = findRun(model);
  return (
    <section class="card subject" aria-label="Model and sentence">
      <div class="field">
        <label for="inspected">Model</label>
        <select
          id="inspected"
          value={model}
          onChange={(event) => chosen.value = event.currentTarget.value}
        >
          {choices.value.map(({ model, title }) => (
            <option key={model} value={model}>{title}</option>
          ))}
        </select>
        {run !== undefined && (
          <small class="number">
            {run.state}, step {run.points.at(-1)?.step ?? 0} of {run.settings.steps}
          </small>
        )}
      </div>
      <div class="field">
        <label for="inspected-sentence">Sentence</label>
        <input
          id="inspected-sentence"
          dir="auto"
          value={sentence}
          spellcheck={false}
          maxLength={LONGEST}
          onInput={(event) => sentence.value = event.currentTarget.value.slice(0, LONGEST)}
        />
        <small>Any text. [MASK] hides a word.</small>
      </div>
    </section>
  );
}
