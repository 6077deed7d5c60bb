/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Attention by layer and head on the visitor's sentence.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { announceAnswer } from "../app/announce.ts";
import { call } from "../app/state.ts";
import type { AttentionMap } from "../protocol.ts";
import { useAnswer, versionOf } from "./answer.ts";
import {
  describeHead,
  type HeadChoice,
  headWeights,
  sharpestHead,
  shownPiece,
} from "./attention_text.ts";

/** Properties of {@linkcode Attention}. */
export interface AttentionProps {
  readonly model: string;
  readonly text: string;
}

/** The section. */
export function Attention({ model, text }: AttentionProps) {
  const [chosen, choose] = useState<HeadChoice | null>(null);
  const { value: maps, error } = useAnswer(
    (isCurrent) => requestMaps(model, text, isCurrent),
    [model, text, versionOf(model)],
  );
  const shown = chosen ?? sharpestHead(maps ?? []);
  const map = maps?.find(({ layer }) => layer === shown.layer);
  return (
    <section class="card" aria-labelledby="attention-title">
      <h2 id="attention-title">Attention</h2>
      <p class="lead">
        In each layer, every head lets each token collect information from the others. Choose a
        head, then point at a token to see where it looks.
      </p>
      {error !== null && <p class="notice" role="alert">{error}</p>}
      {maps !== null && map !== undefined && (
        <div class="attention-views">
          <Heads maps={maps} chosen={shown} choose={choose} />
          <Head map={map} head={shown.head} />
        </div>
      )}
    </section>
  );
}

/** Requests one layer after the other, so that the worker can train in between. */
async function requestMaps(
  model: string,
  text: string,
  isCurrent: () => boolean,
): Promise<AttentionMap[]> {
  const maps: AttentionMap[] = [];
  for (let layer = 1, layers = 1; layer <= layers && isCurrent(); layer++) {
    const map = await call("attention", { model, text, layer });
    layers = map.layers;
    maps.push(map);
  }
  return maps;
}

/** A picture of every head: one row per layer. */
function Heads(
  { maps, chosen, choose }: {
    readonly maps: readonly AttentionMap[];
    readonly chosen: HeadChoice;
    readonly choose: (choice: HeadChoice) => void;
  },
) {
  return (
    <div class="head-grid" role="group" aria-label="Heads by layer">
      {maps.map((map) => (
        <div class="heads-row" key={map.layer}>
          <span class="faint">Layer {map.layer}</span>
          {Array.from({ length: map.heads }, (_, i) => i + 1).map((head) => (
            <button
              key={head}
              type="button"
              class="head"
              aria-pressed={map.layer === chosen.layer && head === chosen.head}
              aria-label={`Layer ${map.layer}, head ${head}: ${describeHead(map, head)}`}
              onClick={() => choose({ layer: map.layer, head })}
            >
              <Picture map={map} head={head} />
            </button>
          ))}
        </div>
      ))}
      <p class="faint">
        Rows are the tokens that look, columns what they look at. The stronger the color, the larger
        the weight.
      </p>
    </div>
  );
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = signal(dark.matches);
dark.addEventListener("change", ({ matches }) => isDark.value = matches);

/** The weights of a head as pixels: a row per token, a column per token that it looks at. */
function Picture({ map, head }: { readonly map: AttentionMap; readonly head: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = map.tokens.length;
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    context.clearRect(0, 0, size, size);
    context.fillStyle = getComputedStyle(canvas.current!).color;
    for (const [i, weight] of headWeights(map, head).entries()) {
      context.globalAlpha = Math.sqrt(weight);
      context.fillRect(i % size, Math.floor(i / size), 1, 1);
    }
  }, [map, head, isDark.value]);
  return <canvas ref={canvas} width={size} height={size} aria-hidden="true" />;
}

/** One head: tokens that look on the left, what they look at on the right. */
function Head({ map, head }: { readonly map: AttentionMap; readonly head: number }) {
  /** Index of the token whose weights are shown: under the pointer or in focus, or kept by a click. */
  const [pointed, point] = useState<number | null>(null);
  const [kept, keep] = useState<number | null>(null);
  const { tokens, layer } = map;
  const size = tokens.length;
  const weights = headWeights(map, head);
  const active = [pointed, kept].find((token) => token !== null && token < size) ?? null;
  const received = (to: number) =>
    active === null
      ? tokens.reduce((sum, _, from) => sum + weights[from * size + to], 0) / size
      : weights[active * size + to];
  const description = describeHead(map, head);
  const lookOf = (from: number) => {
    const row = weights.subarray(from * size, (from + 1) * size);
    const best = row.indexOf(Math.max(...row));
    return `“${shownPiece(tokens[from])}” looks most at “${shownPiece(tokens[best])}”, ${
      Math.round(100 * row[best])
    }%.`;
  };
  return (
    <div class="head-view">
      <p>
        <strong>Layer {layer}, head {head}</strong> {description}.
      </p>
      <div class="lines" onPointerLeave={() => point(null)}>
        <ol aria-label="Tokens that look">
          {tokens.map((token, from) => (
            <li key={from}>
              <button
                type="button"
                class="token"
                aria-pressed={kept === from}
                data-active={active === from || undefined}
                onPointerEnter={() => point(from)}
                onFocus={() => {
                  point(from);
                  announceAnswer(lookOf(from));
                }}
                onBlur={() => point(null)}
                onClick={() => keep(kept === from ? null : from)}
              >
                {shownPiece(token)}
              </button>
            </li>
          ))}
        </ol>
        <svg
          viewBox={`0 0 100 ${size}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`Layer ${layer}, head ${head}: ${description}.`}
        >
          {[...weights].map((weight, i) => {
            const from = Math.floor(i / size), to = i % size;
            if (weight < 0.02 || (active !== null && from !== active)) return null;
            return (
              <path
                key={i}
                d={`M0 ${from + 0.5}C45 ${from + 0.5} 55 ${to + 0.5} 100 ${to + 0.5}`}
                style={{ strokeOpacity: weight, strokeWidth: 1 + 4 * weight }}
              />
            );
          })}
        </svg>
        <ol
          aria-label={active === null
            ? "Mean weight that each token receives"
            : `Weights of “${shownPiece(tokens[active])}”`}
        >
          {tokens.map((token, to) => (
            <li key={to} class="looked" style={{ "--share": received(to) }}>
              <span>{shownPiece(token)}</span>
              <span class="number faint">{Math.round(100 * received(to))}%</span>
            </li>
          ))}
        </ol>
      </div>
      <p class="faint">
        {active === null
          ? "Percentages: mean over all tokens."
          : `Percentages: where “${shownPiece(tokens[active])}” looks.`}
      </p>
    </div>
  );
}
