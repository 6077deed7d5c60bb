/**
 * What a model computes for a sentence.
 *
 * @module
 */
import type { Albert } from "@albert-lab/albert";
import { blockSets } from "@albert-lab/albert/model";
import type { AttentionMap } from "../protocol.ts";

/** Computes the attention weights of a layer, from 1. */
export async function attentionMap(
  albert: Albert,
  text: string,
  layer: number,
): Promise<AttentionMap> {
  const attention = await albert.attention(text, layer);
  return { ...attention, layer, layers: blockSets(albert.config).length };
}
