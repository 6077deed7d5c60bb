/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Which parameters are shared, drawn, and what a training step needs because of it.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, follow } from "../app/state.ts";
import type { Anatomies, Anatomy, ConfigSource, ParameterSet } from "../protocol.ts";

const anatomies = signal<Anatomies | null>(null);

/** The section. */
export function Sharing({ source }: { readonly source: ConfigSource }) {
  useEffect(() => {
    let current = true;
    follow(async () => {
      const answer = await call("anatomy", source);
      if (current) anatomies.value = answer;
    });
    return () => current = false;
  }, [JSON.stringify(source)]);
  if (anatomies.value === null) return null;
  const { own, other, shares } = anatomies.value;
  const counterpart = shares ? "Without sharing" : "All layers shared";
  const largest = Math.max(parametersOf(own), parametersOf(other));
  return (
    <section class="card" aria-labelledby="sharing-title">
      <h2 id="sharing-title">Shared parameters</h2>
      <p class="lead">
        Left: the layers in the order of computation, from bottom to top. Right: the parameters that
        are stored, to scale, with <Key kind="embeddings" /> below and <Key kind="heads" />{" "}
        above those of the layers.
      </p>
      <div class="anatomies">
        <Drawing title="This model" anatomy={own} largest={largest} />
        <Drawing title={counterpart} anatomy={other} largest={largest} />
      </div>
      <Memory anatomies={anatomies.value} counterpart={counterpart} />
    </section>
  );
}

/** Sizes of the drawing. */
const WIDTH = 360;
const HEIGHT = 320;
/** Right end of the names of the layers, and of the layers. */
const NAMES_END = 50;
const LAYERS_END = 180;
/** Left end of the stored parameters. */
const STORED = 270;
/** Space between two layers. */
const GAP = 8;

/** Layers on the left, stored parameters on the right, and lines between them. */
function Drawing(
  { title, anatomy, largest }: {
    readonly title: string;
    readonly anatomy: Anatomy;
    readonly largest: number;
  },
) {
  const { layers, sets } = anatomy;
  const row = HEIGHT / layers;
  const gap = Math.min(GAP, row / 4);
  const height = (row - gap) / 2;
  const stored = stack(sets, largest);
  const used = stored.flatMap(({ set, y, height: size }) =>
    set.layers.map((layer) => ({
      ...{ set, layer, to: y + size / 2 },
      // The feed-forward sub-layer follows, so it is above.
      top: HEIGHT - layer * row + gap / 2 + (set.kind === "attention" ? height : 0),
    }))
  );
  return (
    <figure class="anatomy">
      <figcaption>
        <strong>{title}</strong>{" "}
        <span class="faint number">{count(parametersOf(anatomy))} parameters</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title}: ${describe(anatomy)}`}
      >
        {used.map(({ set, layer, top, to }) => (
          <path
            key={`${set.kind} ${layer}`}
            class={`link ${set.kind}`}
            d={link(top + height / 2, to)}
          />
        ))}
        {used.map(({ set, layer, top }) => (
          <Block
            key={`${set.kind} ${layer}`}
            set={set}
            layers={layers}
            x={NAMES_END}
            y={top}
            width={LAYERS_END - NAMES_END}
            height={height}
            label={height >= 13 ? NAMES[set.kind] : ""}
          />
        ))}
        {row >= 13 &&
          Array.from(
            { length: layers },
            (_, i) => (
              <text key={i} class="layer-name" x={NAMES_END - 6} y={HEIGHT - (i + 0.5) * row}>
                Layer {i + 1}
              </text>
            ),
          )}
        {stored.map(({ set, y, height }, i) => (
          <Block
            key={i}
            set={set}
            layers={layers}
            x={STORED}
            y={y}
            width={WIDTH - STORED - 1}
            height={Math.max(1, height - 1.5)}
            label={height >= 13 ? count(set.parameters) : ""}
          />
        ))}
      </svg>
    </figure>
  );
}

/** A line from a layer to its parameters. */
function link(from: number, to: number): string {
  const middle = (LAYERS_END + STORED) / 2;
  return `M${LAYERS_END} ${from}C${middle} ${from} ${middle} ${to} ${STORED} ${to}`;
}

const NAMES: Readonly<Record<ParameterSet["kind"], string>> = {
  embeddings: "Embeddings",
  attention: "Attention",
  feedForward: "Feed-forward",
  heads: "Heads",
};

function Key({ kind }: { readonly kind: ParameterSet["kind"] }) {
  return <span class={`key ${kind}`}>{NAMES[kind].toLowerCase()}</span>;
}

function Block(
  { set, layers, x, y, width, height, label }: {
    readonly set: ParameterSet;
    readonly layers: number;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly label: string;
  },
) {
  // Each set of a kind has its shade.
  const shade = set.layers.length === layers || layers < 2 ? 0 : ((set.layers[0] ?? 1) - 1) /
    (layers - 1);
  return (
    <g class={`block ${set.kind}`} style={{ "--shade": shade }}>
      <rect x={x} y={y} width={width} height={height} rx={Math.min(5, height / 2)} />
      {label !== "" && <text x={x + width / 2} y={y + height / 2}>{label}</text>}
    </g>
  );
}

/** Places the stored parameters from the bottom, to scale. */
function stack(
  sets: readonly ParameterSet[],
  largest: number,
): { set: ParameterSet; y: number; height: number }[] {
  let y = HEIGHT;
  return sets.map((set) => {
    const height = HEIGHT * set.parameters / largest;
    y -= height;
    return { set, y, height };
  });
}

function parametersOf({ sets }: Anatomy): number {
  return sets.reduce((sum, { parameters }) => sum + parameters, 0);
}

function describe({ layers, sets }: Anatomy): string {
  const kinds = (["attention", "feedForward"] as const).map((kind) => {
    const own = sets.filter((set) => set.kind === kind);
    const name = NAMES[kind].toLowerCase();
    return own.length === 1
      ? `one set of ${name} parameters for all`
      : `${own.length} sets of ${name} parameters`;
  });
  return `${layers} layers with ${kinds.join(" and ")}.`;
}

/** Bytes of a training step, next to those with the opposite sharing. */
function Memory(
  { anatomies: { own, other, batch, sequence }, counterpart }: {
    readonly anatomies: Anatomies;
    readonly counterpart: string;
  },
) {
  const rows = [
    ["Parameters", "parameterBytes"],
    ["Gradients, exchanged in every step", "gradientBytes"],
    ["Moments of the optimizer", "momentBytes"],
    ["Activations and other temporary memory", "temporaryBytes"],
  ] as const;
  const largest = Math.max(
    ...[own, other].flatMap(({ memory }) => rows.map(([, field]) => memory[field])),
  );
  return (
    <>
      <h3>Memory and gradient traffic of a training step</h3>
      <div class="scroll" tabIndex={0} role="region" aria-label="Memory of a training step">
        <table class="memory">
          <thead>
            <tr>
              <td />
              <th scope="col">This model</th>
              <th scope="col">{counterpart}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, field]) => (
              <tr key={field}>
                <th scope="row">{label}</th>
                {[own, other].map(({ memory }, i) => (
                  <td key={i} class="number" style={{ "--share": memory[field] / largest }}>
                    {bytes(memory[field])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="faint">
        Planned for {batch} × {sequence}{" "}
        tokens per worker in single precision. In data-parallel training, N workers add up their
        gradients: with a ring, each sends 2(N − 1)/N times the gradients,{" "}
        {bytes(1.75 * own.memory.gradientBytes)} with 8 workers compared with{" "}
        {bytes(1.75 * other.memory.gradientBytes)}. Sharing reduces what is stored and exchanged,
        but not the computation: all layers still run, so activations stay the same.
      </p>
    </>
  );
}

/** A number of parameters, such as `1.2 M`. */
function count(value: number): string {
  return value < 1e6 ? `${Math.round(value / 1e3)} k` : `${(value / 1e6).toPrecision(3)} M`;
}

/** A number of bytes, such as `1.2 MB`. */
function bytes(value: number): string {
  return value < 1e6 ? `${Math.round(value / 1e3)} kB` : `${(value / 1e6).toPrecision(3)} MB`;
}
