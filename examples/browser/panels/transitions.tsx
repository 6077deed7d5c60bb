/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * How far each layer moves the vectors of tokens, shared next to not shared (the paper's Figure 1).
 *
 * @module
 */
import { useState } from "preact/hooks";
import { Chart } from "../app/chart.tsx";
import { attempt, call, choices, findRun, runs, type RunView, startRun } from "../app/state.ts";
import type { LayerTransition } from "../protocol.ts";
import { SETTING_NAMES } from "../settings.ts";
import { useAnswer, versionOf } from "./answer.ts";

/** Properties of {@linkcode Transitions}. */
export interface TransitionsProps {
  readonly model: string;
  readonly text: string;
  /** Keeps this model shown when another one starts. */
  readonly keep: () => void;
}

/** The section. */
export function Transitions({ model, text, keep }: TransitionsProps) {
  const [chosen, choose] = useState<string | null>(null);
  const run = findRun(model);
  const other = chosen ?? (run && counterpartOf(run)?.run) ?? "";
  const { value, error } = useAnswer(
    async (isCurrent) => {
      const own = await call("transitions", { model, text });
      const compared = other !== "" && isCurrent()
        ? await call("transitions", { model: other, text })
        : null;
      return { own, compared };
    },
    [model, other, text, versionOf(model), versionOf(other)],
  );
  const names = [nameOf(model, "This model"), nameOf(other, "The other model")];
  return (
    <section class="card" aria-labelledby="transitions-title">
      <h2 id="transitions-title">What each layer changes</h2>
      <p class="lead">
        The distance and the angle between the input and the output of every layer, averaged over
        the tokens of the sentence. In the paper’s Figure 1, they change much more smoothly from
        layer to layer with shared parameters, and approach 0 in neither model.
      </p>
      {error !== null && <p class="notice" role="alert">{error}</p>}
      {value !== null && (
        <div class="pair-charts">
          <Curves title="L2 distance" field="distance" unit="" names={names} {...value} />
          <Curves title="Angle" field="angle" unit="°" names={names} {...value} />
        </div>
      )}
      <div class="transition-fields">
        <div class="field">
          <label for="transitions-other">Compare with</label>
          <select
            id="transitions-other"
            value={other}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            <option value="">No other model</option>
            {choices.value.filter((choice) => choice.model !== model).map(({ model, title }) => (
              <option key={model} value={model}>{title}</option>
            ))}
          </select>
        </div>
        {run !== undefined && counterpartOf(run) === undefined && (
          <button
            type="button"
            id="train-counterpart"
            onClick={() => {
              keep();
              attempt(() => startRun({ ...run.settings, share: opposite(run) }));
            }}
          >
            {opposite(run) === "none" ? "Train it without sharing" : "Train it with sharing"}
          </button>
        )}
      </div>
    </section>
  );
}

function opposite({ settings: { share } }: RunView): "all" | "none" {
  return share === "none" ? "all" : "none";
}

/** The newest run that differs in sharing only. */
function counterpartOf(run: RunView): RunView | undefined {
  return runs.value.find((view) =>
    view.facts !== null && view.settings.share === opposite(run) &&
    SETTING_NAMES.every((name) => name === "share" || view.settings[name] === run.settings[name])
  );
}

function nameOf(model: string, otherwise: string): string {
  const share = findRun(model)?.settings.share;
  if (share === undefined) return otherwise;
  const names = {
    all: "Shared",
    attention: "Attention shared",
    ffn: "FFN shared",
    none: "Not shared",
  };
  return names[share];
}

function Curves(
  { title, field, unit, names, own, compared }: {
    readonly title: string;
    readonly field: keyof LayerTransition;
    readonly unit: string;
    readonly names: readonly string[];
    readonly own: readonly LayerTransition[];
    readonly compared: readonly LayerTransition[] | null;
  },
) {
  const layers = Math.max(own.length, compared?.length ?? 0);
  const models = compared === null ? [own] : [own, compared];
  const curves = models.map((transitions, i) => ({
    label: names[i] === names[1 - i] ? `${names[i]}, model ${i + 1}` : names[i],
    color: ["--masked", "--pair"][i],
    points: true,
    values: Array.from({ length: layers }, (_, layer) => transitions[layer]?.[field] ?? null),
  }));
  const spoken = curves.map(({ label, values }) =>
    `${label}: ${values.map((value) => value === null ? "none" : value.toFixed(1)).join(", ")}`
  );
  return (
    <div>
      <h3>{title}</h3>
      <Chart
        label={`${title} by layer. ${spoken.join(". ")}.`}
        x={Array.from({ length: layers }, (_, layer) => layer + 1)}
        range={[0.5, layers + 0.5]}
        xLabel="layer"
        curves={curves}
        format={(value) => `${Number(value.toPrecision(3))}${unit}`}
      />
    </div>
  );
}
