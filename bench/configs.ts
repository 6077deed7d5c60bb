/**
 * The models that benches are about.
 *
 * @module
 */
import { ALBERT_DEFAULTS, type ModelConfig, presetConfig } from "../src/model/mod.ts";

/** Small enough for any machine, with the published vocabulary: E 128, H 256, 4 heads, 4 layers, FFN 1024, 30,000 pieces. */
const REFERENCE: ModelConfig = {
  ...ALBERT_DEFAULTS,
  ...{ hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
};

/**
 * The configuration of `reference` or of a preset.
 *
 * @throws {ConfigError} for another name.
 */
export function benchConfig(name: string): ModelConfig {
  return name === "reference" ? REFERENCE : presetConfig(name);
}
