/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Attention by layer and head on the visitor's sentence.
 *
 * @module
 */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call } from "../app/state.ts";
import type { AttentionMap } from "../protocol.ts";
import { describeHead, headWeights, shownPiece } from "./attention_text.ts";

const sentence = signal("At night the cow sleeps in the [MASK].");
const maps = signal<readonly AttentionMap[]>([]);
const error = signal<string | null>(null);
/** The enlarged head, both numbers from 1. */
const shown = signal({ layer: 1, head: 1 });
/** Index of the token whose weights are shown: under the pointer or in focus, and kept by a click. */
const pointed = signal<number | null>(null);
const kept = signal<number | null>(null);

/** Milliseconds without a key after which the sentence is used. */
const PAUSE = 150;

/** Properties of {@linkcode Attention}. */
export interface AttentionProps {
  readonly model: string;
  /** Changes when the model has changed. */
  readonly version: number;
}

/** The section. */
export function Attention({ model, version }: AttentionProps) {
  useEffect(() => {
    let current = true;
    const timer = setTimeout(async () => {
      try {
        await loadMaps(model, sentence.value, () => current);
        if (current) error.value = null;
      } catch (reason) {
        if (current) error.value = (reason as Error).message;
      }
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [model, version, sentence.value]);
  const map = maps.value.find(({ layer }) => layer === shown.value.layer) ?? maps.value[0];
  return (
    <section class="card attention" aria-labelledby="attention-title">
      <h2 id="attention-title">Attention</h2>
      <p class="lead">
        In each layer, every head lets each token collect information from the others. Choose a
        head, then point at a token to see where it looks.
      </p>
      <div class="field">
        <label for="attention-sentence">Sentence</label>
        <input
          id="attention-sentence"
          class="sentence"
          value={sentence}
          spellcheck={false}
          onInput={(event) => {
            kept.value = pointed.value = null;
            sentence.value = event.currentTarget.value;
          }}
        />
      </div>
      {error.value !== null && <p class="notice" role="alert">{error}</p>}
      {map !== undefined && (
        <div class="attention-views">
          <Heads />
          <Head map={map} head={Math.min(shown.value.head, map.heads)} />
        </div>
      )}
    </section>
  );
}

/** Requests one layer after the other, so that the worker can train in between. */
async function loadMaps(model: string, text: string, isCurrent: () => boolean): Promise<void> {
  const loaded: AttentionMap[] = [];
  for (let layer = 1, layers = 1; layer <= layers; layer++) {
    const map = await call("attention", { model, text, layer });
    if (!isCurrent()) return;
    layers = map.layers;
    loaded.push(map);
  }
  maps.value = loaded;
}

/** A picture of every head: one row per layer. */
function Heads() {
  return (
    <div class="head-grid" role="group" aria-label="Heads by layer">
      {maps.value.map((map) => (
        <div class="heads-row" key={map.layer}>
          <span class="faint">Layer {map.layer}</span>
          {Array.from({ length: map.heads }, (_, i) => i + 1).map((head) => (
            <button
              key={head}
              type="button"
              class="head"
              aria-pressed={map.layer === shown.value.layer && head === shown.value.head}
              aria-label={`Layer ${map.layer}, head ${head}: ${describeHead(map, head)}`}
              onClick={() => shown.value = { layer: map.layer, head }}
            >
              <Picture map={map} head={head} />
            </button>
          ))}
        </div>
      ))}
      <p class="faint">
        Rows are the tokens that look, columns what they look at. Dark is a large weight.
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
  const { tokens, layer } = map;
  const size = tokens.length;
  const weights = headWeights(map, head);
  const active = [pointed.value, kept.value].find((token) => token !== null && token < size) ??
    null;
  const received = (to: number) =>
    active === null
      ? tokens.reduce((sum, _, from) => sum + weights[from * size + to], 0) / size
      : weights[active * size + to];
  const description = describeHead(map, head);
  return (
    <div class="head-view">
      <p>
        <strong>Layer {layer}, head {head}</strong> {description}.
      </p>
      <div class="lines" onPointerLeave={() => pointed.value = null}>
        <ol aria-label="Tokens that look">
          {tokens.map((token, from) => (
            <li key={from}>
              <button
                type="button"
                class="token"
                aria-pressed={kept.value === from}
                data-active={active === from || undefined}
                onPointerEnter={() => pointed.value = from}
                onFocus={() => pointed.value = from}
                onBlur={() => pointed.value = null}
                onClick={() => kept.value = kept.value === from ? null : from}
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
          aria-live="polite"
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
