/**
 * What a model computes for a sentence, and its word embeddings as a map.
 *
 * @module
 */
import type { Albert } from "@albert-lab/albert";
import { blockSets } from "@albert-lab/albert/model";
import type { AttentionMap, EmbeddingMap, LayerTransition } from "../protocol.ts";
import { principalPlane } from "./principal_plane.ts";

/** Pieces of the map of embeddings. */
const PIECES = 250;
/** Neighbors of a piece. */
const NEIGHBORS = 5;

/** Computes the attention weights of a layer, from 1. */
export async function attentionMap(
  albert: Albert,
  text: string,
  layer: number,
): Promise<AttentionMap> {
  const attention = await albert.attention(text, layer);
  return { ...attention, layer, layers: blockSets(albert.config).length };
}

/** Compares the input of every layer with its output, as the paper's Figure 1: the mean over all tokens of a text except masks. */
export async function layerTransitions(albert: Albert, text: string): Promise<LayerTransition[]> {
  const { tokens, hiddenSize, layers } = await albert.hiddenStates(text);
  const { mask } = albert.tokenizer.specialTokens;
  const rows = [...tokens.keys()].filter((i) => tokens[i] !== mask);
  return layers.slice(1).map((output, layer) => {
    let distance = 0, angle = 0;
    for (const row of rows) {
      const [first, end] = [row * hiddenSize, (row + 1) * hiddenSize];
      const between = compare(layers[layer].subarray(first, end), output.subarray(first, end));
      distance += between.distance;
      angle += between.angle;
    }
    return { distance: distance / rows.length, angle: angle / rows.length };
  });
}

/** L2 distance and angle, in degrees, between two vectors. */
function compare(a: Float32Array, b: Float32Array): LayerTransition {
  const [lengthA, lengthB] = [a, b].map((vector) => Math.hypot(...vector));
  let square = 0, apart = 0, together = 0;
  for (let i = 0; i < a.length; i++) {
    square += (a[i] - b[i]) ** 2;
    apart += (a[i] / lengthA - b[i] / lengthB) ** 2;
    together += (a[i] / lengthA + b[i] / lengthB) ** 2;
  }
  // Kahan's formula: the arc cosine is inaccurate for nearly parallel vectors.
  const angle = 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
  return { distance: Math.sqrt(square), angle: angle * 180 / Math.PI };
}

/** Projects the embeddings of the most frequent words on their two principal components. */
export async function embeddingMap({ device, encoder, tokenizer }: Albert): Promise<EmbeddingMap> {
  const { view, shape: [, size] } = encoder.wordEmbeddings;
  const table = await device.read(view) as Float32Array;
  const ids = wordIds(tokenizer.vocabularySize, (id) => tokenizer.idToPiece(id));
  const rows = ids.map((id) => table.subarray(id * size, (id + 1) * size));
  const { points, explained } = principalPlane(rows);
  return {
    ...{ points, explained },
    pieces: ids.map((id) => tokenizer.idToPiece(id)),
    neighbors: rows.map((_, i) => nearest(rows, i)),
  };
}

/** Ids of whole words, or of any pieces if there are few. Vocabularies are sorted by frequency. */
function wordIds(count: number, pieceOf: (id: number) => string): number[] {
  const ids = Array.from({ length: count }, (_, id) => id);
  const letters = ids.filter((id) => /^▁?\p{L}+$/u.test(pieceOf(id)));
  const words = letters.filter((id) => /^▁\p{L}{2,}$/u.test(pieceOf(id)));
  return (words.length >= 20 ? words : letters).slice(0, PIECES);
}

function nearest(rows: readonly Float32Array[], index: number): EmbeddingMap["neighbors"][number] {
  const unit = (row: Float32Array) => Math.hypot(...row) || 1;
  const own = rows[index];
  return rows.map((row, i) => ({
    index: i,
    similarity: row.reduce((sum, value, k) => sum + value * own[k], 0) / unit(row) / unit(own),
  })).filter(({ index: i }) => i !== index)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, NEIGHBORS);
}
