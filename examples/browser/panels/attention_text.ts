/**
 * Attention weights in words.
 *
 * @module
 */
import type { AttentionMap } from "../protocol.ts";

/** The weights of a head, from 1: `[tokens, tokens]`. */
export function headWeights({ tokens, weights }: AttentionMap, head: number): Float32Array {
  const size = tokens.length ** 2;
  return weights.subarray((head - 1) * size, head * size);
}

/** A piece as people read it, without the sign for a space. */
export function shownPiece(piece: string): string {
  return piece.replace("▁", "") || "␣";
}

/** A head of a model: both numbers from 1. */
export interface HeadChoice {
  readonly layer: number;
  readonly head: number;
}

/** The head with the largest weights: it prefers single tokens, and does not spread its weight. */
export function sharpestHead(maps: readonly AttentionMap[]): HeadChoice {
  let sharpest = { layer: 1, head: 1, square: 0 };
  for (const map of maps) {
    for (let head = 1; head <= map.heads; head++) {
      const square = headWeights(map, head).reduce((sum, weight) => sum + weight ** 2, 0);
      if (square > sharpest.square) sharpest = { layer: map.layer, head, square };
    }
  }
  return sharpest;
}

/** What a head may look at, as a function of the two tokens. */
const TARGETS: readonly [
  target: string,
  is: (from: number, to: number, token: string) => boolean,
][] = [
  ["the token that looks", (from, to) => to === from],
  ["the previous token", (from, to) => to === from - 1],
  ["the next token", (from, to) => to === from + 1],
  ["[CLS]", (_, __, token) => token === "[CLS]"],
  ["[SEP]", (_, __, token) => token === "[SEP]"],
  ["[MASK]", (_, __, token) => token === "[MASK]"],
  ["periods", (_, __, token) => token === "." || token === "▁."],
];

/** A target counts as preferred from this multiple of the weight that it gets from even attention. */
const PREFERRED = 1.75;

/** Describes a head by the target that gets most weight, such as `looks at the next token (62% of its weight)`. */
export function describeHead(map: AttentionMap, head: number): string {
  const { tokens } = map;
  const size = tokens.length;
  const weights = headWeights(map, head);
  const shares = TARGETS.map(([target, is]) => {
    let weight = 0, even = 0;
    for (let from = 0; from < size; from++) {
      for (let to = 0; to < size; to++) {
        if (!is(from, to, tokens[to])) continue;
        weight += weights[from * size + to] / size;
        even += 1 / size ** 2;
      }
    }
    return { target, weight, even };
  });
  const preferred = shares.filter(({ weight, even }) => weight > PREFERRED * even)
    .sort((a, b) => b.weight - a.weight);
  if (preferred.length === 0) return "spreads its weight over the sentence";
  const [{ target, weight }] = preferred;
  return `looks most at ${target} (${Math.round(100 * weight)}% of its weight)`;
}
