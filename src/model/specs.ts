/**
 * Specifications of the parameters of an encoder, part by part.
 *
 * @module
 */
import { elements } from "../tensor/mod.ts";
import { architectureOf } from "./architectures/mod.ts";
import type { ModelConfig } from "./config.ts";
import {
  type DenseSpec,
  denseSpec,
  type NormSpec,
  normSpec,
  type ParameterSpec,
} from "./parameters.ts";
import { type BlockSets, blockSets, type SetIndex } from "./sharing.ts";

/** Parameters of the embeddings. V is the vocabulary size, E the embedding size and H the hidden size. */
export interface EmbeddingSpecs {
  /** `[V, E]`. */
  readonly words: ParameterSpec;
  /** `[maxPositionEmbeddings, E]`. */
  readonly positions: ParameterSpec;
  /** `[typeVocabSize, E]`. */
  readonly types: ParameterSpec;
  /** Layer normalization of the sum, size E. */
  readonly layerNorm: NormSpec;
  /** Dense layer E → H; undefined without `embeddingProjection`. */
  readonly projection?: DenseSpec;
}

/** Parameters of an attention sub-layer. */
export interface AttentionSpecs {
  /** H → H. */
  readonly query: DenseSpec;
  /** H → H. */
  readonly key: DenseSpec;
  /** H → H. */
  readonly value: DenseSpec;
  /** Output projection, H → H. */
  readonly dense: DenseSpec;
  /** Layer normalization after the residual connection, size H. */
  readonly layerNorm: NormSpec;
}

/** Parameters of a feed-forward sub-layer. */
export interface FeedForwardSpecs {
  /** H → intermediate size. */
  readonly intermediate: DenseSpec;
  /** Intermediate size → H. */
  readonly output: DenseSpec;
  /** Layer normalization after the residual connection, size H. */
  readonly layerNorm: NormSpec;
}

/** Returns the parameters of the embeddings. */
export function embeddingSpecs(config: ModelConfig): EmbeddingSpecs {
  const { embeddings, projection } = architectureOf(config).names;
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

/** Returns the parameters of an attention sub-layer. */
export function attentionSpecs(config: ModelConfig, set: SetIndex): AttentionSpecs {
  const names = architectureOf(config).names.attention(set);
  const square = (name: string) => denseSpec(name, config.hiddenSize, config.hiddenSize);
  return {
    query: square(names.query),
    key: square(names.key),
    value: square(names.value),
    dense: square(names.dense),
    layerNorm: normSpec(names.layerNorm, config.hiddenSize),
  };
}

/** Returns the parameters of a feed-forward sub-layer. */
export function feedForwardSpecs(config: ModelConfig, set: SetIndex): FeedForwardSpecs {
  const names = architectureOf(config).names.feedForward(set);
  const { hiddenSize, intermediateSize } = config;
  return {
    intermediate: denseSpec(names.intermediate, intermediateSize, hiddenSize),
    output: denseSpec(names.output, hiddenSize, intermediateSize),
    layerNorm: normSpec(names.layerNorm, hiddenSize),
  };
}

/** Returns the parameters of the pooler, a dense layer H → H before a tanh. */
export function poolerSpecs(config: ModelConfig): DenseSpec {
  return denseSpec(architectureOf(config).names.pooler, config.hiddenSize, config.hiddenSize);
}

/** Returns all parameters of the encoder in the order of the forward pass. Shared parameters occur once. */
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
    specs.push(...specsOf(parts));
  };
  for (const { attention, feedForward } of blockSets(config) as BlockSets[]) {
    add("attention", attention, attentionSpecs(config, attention));
    add("feed forward", feedForward, feedForwardSpecs(config, feedForward));
  }
  if (pooler) specs.push(...Object.values(poolerSpecs(config)));
  return specs;
}

/**
 * Returns the parameters of a sub-layer. The weights of query, key and value are adjacent, as are their biases, so that one matmul can compute all three (see
 * `projections`).
 */
function specsOf(parts: AttentionSpecs | FeedForwardSpecs): ParameterSpec[] {
  const pairs = (layers: (DenseSpec | NormSpec)[]) =>
    layers.flatMap(({ weight, bias }) => [weight, bias]);
  if (!("query" in parts)) return pairs(Object.values(parts));
  const { query, key, value, ...others } = parts;
  const inputs = [query, key, value];
  return [
    ...inputs.map(({ weight }) => weight),
    ...inputs.map(({ bias }) => bias),
    ...pairs(Object.values(others)),
  ];
}

/** Returns the total number of elements of parameters. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + elements(shape), 0);
}
