/**
 * Cross-layer parameter sharing as data: the parameter sets that each block uses. The encoder follows this list and does not depend on the kind of sharing.
 *
 * @module
 */
import type { ModelConfig } from "./config.ts";

/** Index of a parameter set in a Hugging Face ALBERT checkpoint. */
export interface SetIndex {
  /** Layer group. */
  readonly group: number;
  /** Block within the group. */
  readonly inner: number;
}

/** The parameter sets of one block (attention, then feed-forward). */
export interface BlockSets {
  /** Index of the layer that the block belongs to, from 0. */
  readonly layer: number;
  /** Parameters of the attention sub-layer. */
  readonly attention: SetIndex;
  /** Parameters of the feed-forward sub-layer. */
  readonly feedForward: SetIndex;
}

/**
 * Returns the `numHiddenLayers · innerGroupNum` blocks of the encoder in order. The group of a layer is computed with transformers' rounding,
 * `int(layer / (layers / groups))` in float64, which `floor(layer · groups / layers)` differs from, for instance for layer 9 of 18 with 14 groups.
 */
export function blockSets(config: ModelConfig): BlockSets[] {
  const { numHiddenLayers, numHiddenGroups, innerGroupNum, share } = config;
  const blocks: BlockSets[] = [];
  for (let layer = 0; layer < numHiddenLayers; layer++) {
    const group = Math.floor(layer / (numHiddenLayers / numHiddenGroups));
    for (let inner = 0; inner < innerGroupNum; inner++) {
      blocks.push({
        layer,
        attention: { group: share === "attention" ? 0 : group, inner },
        feedForward: { group: share === "ffn" ? 0 : group, inner },
      });
    }
  }
  return blocks;
}
