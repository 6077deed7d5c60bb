/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * Word embeddings in two dimensions, with the nearest neighbors of a word.
 *
 * @module
 */
import { useState } from "preact/hooks";
import { announceAnswer } from "../app/announce.ts";
import { call } from "../app/state.ts";
import type { EmbeddingMap } from "../protocol.ts";
import { useAnswer, versionOf } from "./answer.ts";
import { shownPiece } from "./attention_text.ts";

/** Size of the map in its own units, about pixels. A phone gets a square. */
const WIDTH = matchMedia("(max-width: 30rem)").matches ? 340 : 640;
const HEIGHT = Math.min(WIDTH, 420);
const MARGIN = 28;
/** A word is found within this distance of the pointer. */
const REACH = 40;

/** The section. */
export function Embeddings({ model }: { readonly model: string }) {
  const [pointed, point] = useState<string | null>(null);
  const [chosen, choose] = useState<string | null>(null);
  const { value: map, error } = useAnswer(() => call("embeddings", model), [
    model,
    versionOf(model),
  ]);
  return (
    <section class="card" aria-labelledby="embeddings-title">
      <h2 id="embeddings-title">Word embeddings</h2>
      <p class="lead">
        Words with similar embeddings are close to each other. Point at a word, or choose one, to
        see its nearest neighbors.
      </p>
      {error !== null && <p class="notice" role="alert">{error}</p>}
      {map !== null && (
        <div class="embedding-views">
          <Scatter
            map={map}
            shown={indexOf(map, pointed ?? chosen)}
            point={point}
            choose={choose}
          />
          <Neighbors map={map} shown={indexOf(map, pointed ?? chosen)} choose={choose} />
        </div>
      )}
    </section>
  );
}

/** The index of a word; that of the word with the nearest neighbors if there is no choice yet. */
function indexOf({ pieces, neighbors }: EmbeddingMap, piece: string | null): number {
  const index = pieces.indexOf(piece ?? "");
  if (index >= 0) return index;
  const nearness = neighbors.map((near) =>
    near.reduce((sum, { similarity }) => sum + similarity, 0)
  );
  return nearness.indexOf(Math.max(...nearness));
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The map. It is a picture for screen readers, which use the list of neighbors. */
function Scatter(
  { map, shown, point, choose }: {
    readonly map: EmbeddingMap;
    readonly shown: number;
    readonly point: (piece: string | null) => void;
    readonly choose: (piece: string) => void;
  },
) {
  const { pieces, explained, neighbors } = map;
  const places = placesOf(map);
  const near = neighbors[shown].map(({ index }) => index);
  const labels = labelsOf(places, pieces, [shown, ...near]);
  const find = (event: MouseEvent & { readonly currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) * WIDTH / box.width;
    const y = (event.clientY - box.top) * HEIGHT / box.height;
    const distances = places.map((place) => Math.hypot(place.x - x, place.y - y));
    const least = Math.min(...distances);
    return least < REACH ? pieces[distances.indexOf(least)] : null;
  };
  const spread = explained.map((part) => `${Math.round(100 * part)}%`);
  const words = near.map((index) => shownPiece(pieces[index])).join(", ");
  return (
    <figure class="embedding-map">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Map of ${pieces.length} words. Nearest to “${
          shownPiece(pieces[shown])
        }”: ${words}.`}
        onPointerMove={(event) => point(find(event))}
        onPointerLeave={() => point(null)}
        onClick={(event) => {
          const piece = find(event);
          if (piece !== null) choose(piece);
        }}
      >
        {near.map((index) => (
          <line
            key={index}
            {...{ x1: places[shown].x, y1: places[shown].y }}
            {...{ x2: places[index].x, y2: places[index].y }}
          />
        ))}
        {places.map(({ x, y }, i) => (
          <g
            key={pieces[i]}
            class={i === shown ? "word shown" : near.includes(i) ? "word near" : "word"}
            style={{ transform: `translate(${x}px, ${y}px)` }}
          >
            <circle r={i === shown ? 5 : 3.5} />
            {labels.has(i) && <text x={7} y={4}>{shownPiece(pieces[i])}</text>}
          </g>
        ))}
      </svg>
      <figcaption class="faint">
        The two principal components of the embeddings: {spread[0]} and {spread[1]}{" "}
        of their variance.
      </figcaption>
    </figure>
  );
}

/** The nearest words of one, with their similarities. */
function Neighbors(
  { map: { pieces, neighbors }, shown, choose }: {
    readonly map: EmbeddingMap;
    readonly shown: number;
    readonly choose: (piece: string) => void;
  },
) {
  return (
    <div class="stack neighbors">
      <div class="field">
        <label for="embedding-word">Word</label>
        <select
          id="embedding-word"
          value={pieces[shown]}
          onChange={({ currentTarget: { value } }) => {
            choose(value);
            const near = neighbors[pieces.indexOf(value)].map(({ index }) => pieces[index]);
            announceAnswer(
              `Nearest to “${shownPiece(value)}”: ${near.map(shownPiece).join(", ")}.`,
            );
          }}
        >
          {[...pieces].sort((a, b) => shownPiece(a).localeCompare(shownPiece(b), "en"))
            .map((piece) => <option key={piece} value={piece}>{shownPiece(piece)}</option>)}
        </select>
      </div>
      <div>
        <h3>Nearest to “{shownPiece(pieces[shown])}”</h3>
        <ol class="candidates">
          {neighbors[shown].map(({ index, similarity }) => (
            <li key={index}>
              <span>{shownPiece(pieces[index])}</span>
              <span class="bar" style={{ "--share": Math.max(0, similarity) }} />
              <span class="number">{similarity.toFixed(2)}</span>
            </li>
          ))}
        </ol>
        <p class="faint">Cosine similarity in all dimensions.</p>
      </div>
    </div>
  );
}

/** Scales the points to the map, with the same unit on both axes. */
function placesOf({ points }: EmbeddingMap): Place[] {
  const range = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const [left, right] = range(0);
  const [bottom, top] = range(1);
  const scale = Math.min(
    (WIDTH - 2 * MARGIN - 40) / (right - left || 1),
    (HEIGHT - 2 * MARGIN) / (top - bottom || 1),
  );
  return points.map(([x, y]) => ({
    x: (WIDTH - 40) / 2 + scale * (x - (left + right) / 2),
    y: HEIGHT / 2 - scale * (y - (bottom + top) / 2),
  }));
}

/** Chooses the words with a label: first the given ones, then the frequent ones that do not overlap others. */
function labelsOf(
  places: readonly Place[],
  pieces: readonly string[],
  first: readonly number[],
): ReadonlySet<number> {
  const boxes: { left: number; right: number; y: number }[] = [];
  const labels = new Set<number>();
  for (const index of [...first, ...pieces.keys()]) {
    if (labels.has(index)) continue;
    const { x, y } = places[index];
    const box = { left: x - 5, right: x + 10 + 7 * shownPiece(pieces[index]).length, y };
    const overlaps = boxes.some((other) =>
      Math.abs(other.y - y) < 13 && box.left < other.right && other.left < box.right
    );
    if (overlaps && index !== first[0]) continue;
    boxes.push(box);
    labels.add(index);
  }
  return labels;
}
