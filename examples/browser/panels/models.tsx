/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The choice of a model, and the progress of its download.
 *
 * @module
 */
import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce } from "../app/announce.ts";
import { choices, loading, shownModel } from "../app/state.ts";
import type { ModelInfo } from "../protocol.ts";

/** Name of the model that the panels use; null before there is one. */
export const chosenModel = computed(() =>
  (choices.value.find(({ model }) => model === shownModel.value) ?? choices.value[0])?.model ?? null
);

/** Description of that model; undefined for the model of a run. */
export const chosenInfo = computed(() =>
  choices.value.find(({ model }) => model === chosenModel.value)?.info
);

/** A field to choose among the loaded models and the runs, and the sizes of the model. */
export function ModelField({ info: given }: { readonly info?: ModelInfo }) {
  const model = chosenModel.value;
  if (model === null) return null;
  const info = given ?? chosenInfo.value;
  return (
    <div class="model">
      <label for="model" class="visually-hidden">Model</label>
      <select id="model" value={model} onChange={(e) => shownModel.value = e.currentTarget.value}>
        {choices.value.map(({ model, title }) => <option key={model} value={model}>{title}
        </option>)}
      </select>
      {info !== undefined && <p class="faint">{sizesOf(info)}</p>}
    </div>
  );
}

/** The sizes of a model in words. */
function sizesOf({ parameters, layers, groups, hiddenSize, vocabularySize }: ModelInfo) {
  const sharing = layers > 1 && groups === 1 ? " that share their weights" : "";
  return [
    parameters < 1e6
      ? `${parameters.toLocaleString("en")} parameters`
      : `${(parameters / 1e6).toPrecision(3)} million parameters`,
    `${layers} layers of ${hiddenSize}${sharing}`,
    `vocabulary of ${vocabularySize.toLocaleString("en")}`,
  ].join(" · ");
}

/** The progress of a download. `label` replaces the text. */
export function Loading({ label }: { readonly label?: string }) {
  useEffect(() => announce(label ?? "Loading the model …"), [label]);
  const { file = "", done = 0, total = 0 } = loading.value ?? {};
  return (
    <div class="card loading">
      <label for="loading">
        {label ?? (loading.value === null
          ? "Loading the model …"
          : `Loading ${file}: ${total > 0 ? `${sizeOf(done)} of ${sizeOf(total)}` : sizeOf(done)}`)}
      </label>
      <progress id="loading" value={total > 0 ? done / total : undefined} />
    </div>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
