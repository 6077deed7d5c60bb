/**
 * The parameters of an encoder, part by part, before they have memory. The census of a configuration is the sum of their sizes.
 *
 * @module
 */
import { elements } from "../tensor/mod.ts";
import type { ModelConfig } from "./config.ts";
import { partNames } from "./names.ts";
import {
  type DenseSpec,
  denseSpec,
  type NormSpec,
  normSpec,
  type ParameterSpec,
} from "./parameter.ts";
import { type BlockSets, blockSets, type SetIndex } from "./sharing.ts";

/** Embedding tables and their normalization. */
export interface EmbeddingSpecs {
  /** `[V, E]`. */
  readonly words: ParameterSpec;
  /** `[positions, E]`. */
  readonly positions: ParameterSpec;
  /** `[types, E]`. */
  readonly types: ParameterSpec;
  /** The sub-layer's normalization. */
  readonly layerNorm: NormSpec;
  /** Dense E → H; absent where the configuration has none. */
  readonly projection?: DenseSpec;
}

/** An attention sub-layer. */
export interface AttentionSpecs {
  /** H → H. */
  readonly query: DenseSpec;
  /** H → H. */
  readonly key: DenseSpec;
  /** H → H. */
  readonly value: DenseSpec;
  /** Output projection, H → H. */
  readonly dense: DenseSpec;
  /** The sub-layer's normalization. */
  readonly layerNorm: NormSpec;
}

/** A feed-forward sub-layer. */
export interface FeedForwardSpecs {
  /** H → intermediate size. */
  readonly intermediate: DenseSpec;
  /** Intermediate size → H. */
  readonly output: DenseSpec;
  /** The sub-layer's normalization. */
  readonly layerNorm: NormSpec;
}

/** Embedding parameters of a configuration. */
export function embeddingSpecs(config: ModelConfig): EmbeddingSpecs {
  const { embeddings, projection } = partNames(config.arch);
  const table = (name: string, rows: number): ParameterSpec => ({
    name: `${embeddings}.${name}.weight`,
    shape: [rows, config.embeddingSize],
    kind: "embedding",
  });
  return {
    words: table("word_embeddings", config.vocabSize),
    positions: table("position_embeddings", config.maxPositionEmbeddings),
    types: table("token_type_embeddings", config.typeVocabSize),
    layerNorm: normSpec(`${embeddings}.LayerNorm`, config.embeddingSize),
    projection: config.embeddingProjection
      ? denseSpec(projection, config.hiddenSize, config.embeddingSize)
      : undefined,
  };
}

/** Parameters of one attention set. */
export function attentionSpecs(config: ModelConfig, set: SetIndex): AttentionSpecs {
  const names = partNames(config.arch).attention(set);
  const square = (name: string) => denseSpec(name, config.hiddenSize, config.hiddenSize);
  return {
    query: square(names.query),
    key: square(names.key),
    value: square(names.value),
    dense: square(names.dense),
    layerNorm: normSpec(names.layerNorm, config.hiddenSize),
  };
}

/** Parameters of one feed-forward set. */
export function feedForwardSpecs(config: ModelConfig, set: SetIndex): FeedForwardSpecs {
  const names = partNames(config.arch).feedForward(set);
  const { hiddenSize, intermediateSize } = config;
  return {
    intermediate: denseSpec(names.intermediate, intermediateSize, hiddenSize),
    output: denseSpec(names.output, hiddenSize, intermediateSize),
    layerNorm: normSpec(names.layerNorm, hiddenSize),
  };
}

/** The pooler: dense H → H before a tanh, on the first token. */
export function poolerSpecs(config: ModelConfig): DenseSpec {
  return denseSpec(partNames(config.arch).pooler, config.hiddenSize, config.hiddenSize);
}

/** All parameters of the encoder, each set once, in the order of a Hugging Face checkpoint. */
export function encoderSpecs(
  config: ModelConfig,
  { pooler = true }: { readonly pooler?: boolean } = {},
): ParameterSpec[] {
  const { words, positions, types, layerNorm, projection } = embeddingSpecs(config);
  const specs = [words, positions, types, layerNorm.weight, layerNorm.bias];
  if (projection !== undefined) specs.push(projection.weight, projection.bias);
  const seen = new Set<string>();
  const add = (
    kind: string,
    { group, inner }: SetIndex,
    parts: AttentionSpecs | FeedForwardSpecs,
  ) => {
    const key = `${kind} ${group} ${inner}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const part of Object.values(parts) as DenseSpec[]) specs.push(part.weight, part.bias);
  };
  for (const { attention, feedForward } of blockSets(config) as BlockSets[]) {
    add("attention", attention, attentionSpecs(config, attention));
    add("feed forward", feedForward, feedForwardSpecs(config, feedForward));
  }
  if (pooler) specs.push(...Object.values(poolerSpecs(config)));
  return specs;
}

/** Number of parameters in a list of specs. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + elements(shape), 0);
}
