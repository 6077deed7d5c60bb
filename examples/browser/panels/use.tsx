/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Uses a model: loads one, and offers the tasks that it has heads for.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, choices, findRun, follow, run, served } from "../app/state.ts";
import type { ModelInfo } from "../protocol.ts";
import { Download } from "./download.tsx";
import { LoadModel } from "./load_model.tsx";
import { chosenModel, Loading, ModelField } from "./models.tsx";
import { Tasks } from "./tasks.tsx";

/** The model that the tasks are for, as the worker describes it. */
const described = signal<{ readonly model: string; readonly info: ModelInfo } | null>(null);

/** The panel. */
export function Use() {
  const model = chosenModel.value;
  const choice = choices.value.find((choice) => choice.model === model);
  useEffect(() => {
    if (model === null) return;
    const known = choice?.info;
    if (known !== undefined) described.value = { model, info: known };
    else follow(async () => described.value = { model, info: await call("describe", model) });
  }, [model]);
  const info = described.value?.model === model ? described.value?.info : undefined;
  const view = findRun(model);
  return (
    <div class="use-columns">
      <div class="stack">
        {model !== null && (
          <section class="card" aria-labelledby="model-title">
            <h2 id="model-title">Model</h2>
            <ModelField info={info} />
            {view !== undefined && <Download key={view.run} view={view} />}
          </section>
        )}
        <LoadModel />
      </div>
      <div class="stack">
        {model === null
          ? served.value === "loading" ? <Loading /> : <NoModel />
          : info === undefined
          ? <Loading label="Reading the model …" />
          : <Tasks key={model} model={model} info={info} />}
      </div>
    </div>
  );
}

function NoModel() {
  return (
    <section class="card">
      <h2>No model yet</h2>
      <p class="lead">
        {run.value === null
          ? "Load a model, or train one in the tab “Train”."
          : "The model of the run is not ready yet."}
      </p>
    </section>
  );
}
