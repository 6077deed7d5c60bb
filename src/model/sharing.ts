/**
 * Cross-layer parameter sharing as data: which set of parameters each block uses. The encoder walks this list and does not know which kind of sharing made it.
 *
 * @module
 */
import type { ModelConfig } from "./config.ts";

/** A parameter set, by its place in a Hugging Face ALBERT: group and inner layer. */
export interface SetIndex {
  /** Hidden group. */
  readonly group: number;
  /** Block inside the group. */
  readonly inner: number;
}

/** The sets of one attention-then-feed-forward block. */
export interface BlockSets {
  /** Layer, from 0, that the block belongs to. */
  readonly layer: number;
  /** Parameters of the attention sub-layer. */
  readonly attention: SetIndex;
  /** Parameters of the feed-forward sub-layer. */
  readonly feedForward: SetIndex;
}

/** The blocks of the encoder in order: `numHiddenLayers · innerGroupNum` of them. */
export function blockSets(config: ModelConfig): BlockSets[] {
  const { numHiddenLayers, numHiddenGroups, innerGroupNum, share } = config;
  const blocks: BlockSets[] = [];
  for (let layer = 0; layer < numHiddenLayers; layer++) {
    const group = Math.floor((layer * numHiddenGroups) / numHiddenLayers);
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
