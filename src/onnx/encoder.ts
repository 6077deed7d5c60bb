/**
 * The encoder as operations of a graph.
 *
 * @module
 */
import {
  type AttentionSpecs,
  attentionSpecs,
  blockSets,
  embeddingSpecs,
  type FeedForwardSpecs,
  feedForwardSpecs,
  type ModelConfig,
  poolerSpecs,
} from "../model/mod.ts";
import type { GraphBuilder, Value } from "./graph.ts";

/** Inputs of the encoder, int64 `[batch, sequence]`. */
export interface EncoderInputs {
  /** Token ids. */
  readonly ids: Value;
  /** 1 for tokens, 0 for padding. */
  readonly mask: Value;
  /** Segment of each token. */
  readonly types: Value;
}

/**
 * Adds the embeddings and all blocks.
 *
 * @returns the last hidden states, `[batch, sequence, H]`
 */
export function addEncoder(graph: GraphBuilder, config: ModelConfig, inputs: EncoderInputs): Value {
  const bias = graph.within("mask", () => maskBias(graph, inputs.mask));
  let hidden = graph.within("embeddings", () => addEmbeddings(graph, config, inputs));
  for (const [block, { attention, feedForward }] of blockSets(config).entries()) {
    graph.within(`block.${block}`, () => {
      const specs = attentionSpecs(config, attention);
      hidden = graph.within("attention", () => addAttention(graph, config, hidden, bias, specs));
      const inner = feedForwardSpecs(config, feedForward);
      hidden = graph.within("feed_forward", () => addFeedForward(graph, config, hidden, inner));
    });
  }
  return hidden;
}

/** Adds the pooler: `tanh(W·h + b)` of each sequence's first token, `[batch, H]`. */
export function addPooler(graph: GraphBuilder, config: ModelConfig, hidden: Value): Value {
  return graph.within("pooler", () => {
    const first = graph.op("Gather", [hidden, graph.integer(0)], { axis: 1 });
    return graph.op("Tanh", [graph.dense(first, poolerSpecs(config))]);
  });
}

/** Returns 0 for tokens and a large negative number for padding, `[batch, 1, 1, sequence]`. */
function maskBias(graph: GraphBuilder, mask: Value): Value {
  const padding = graph.op("Sub", [graph.number(1), graph.float(mask)]);
  const bias = graph.op("Mul", [padding, graph.number(graph.masked)]);
  return graph.op("Unsqueeze", [bias, graph.integers(1, 2)]);
}

function addEmbeddings(
  graph: GraphBuilder,
  config: ModelConfig,
  { ids, types }: EncoderInputs,
): Value {
  const specs = embeddingSpecs(config);
  const length = graph.op("Gather", [graph.op("Shape", [ids]), graph.integers(1)]);
  const zero = graph.integers(0);
  const positions = graph.op("Slice", [graph.parameter(specs.positions), zero, length, zero]);
  const segments = graph.op("Gather", [graph.parameter(specs.types), types]);
  const sum = graph.op("Add", [
    graph.op("Add", [graph.lookUp(specs.words, ids), segments]),
    positions,
  ]);
  const normalized = graph.layerNorm(sum, specs.layerNorm, config.layerNormEps);
  return specs.projection === undefined ? normalized : graph.dense(normalized, specs.projection);
}

function addAttention(
  graph: GraphBuilder,
  { hiddenSize, numAttentionHeads: heads, layerNormEps }: ModelConfig,
  hidden: Value,
  bias: Value,
  specs: AttentionSpecs,
): Value {
  const size = hiddenSize / heads;
  const split = (value: Value, perm: number[]) => {
    const parts = graph.op("Reshape", [value, graph.integers(0, 0, heads, size)]);
    return graph.op("Transpose", [parts], { perm });
  };
  const query = split(graph.dense(hidden, specs.query), [0, 2, 1, 3]);
  const key = split(graph.dense(hidden, specs.key), [0, 2, 3, 1]);
  const value = split(graph.dense(hidden, specs.value), [0, 2, 1, 3]);
  const scaled = graph.op("Div", [query, graph.number(Math.sqrt(size))]);
  const scores = graph.op("Add", [graph.op("MatMul", [scaled, key]), bias]);
  const weights = graph.op("Softmax", [scores], { axis: -1 });
  const context = graph.op("Transpose", [graph.op("MatMul", [weights, value])], {
    perm: [0, 2, 1, 3],
  });
  const joined = graph.op("Reshape", [context, graph.integers(0, 0, hiddenSize)]);
  const output = graph.op("Add", [graph.dense(joined, specs.dense), hidden]);
  return graph.layerNorm(output, specs.layerNorm, layerNormEps);
}

function addFeedForward(
  graph: GraphBuilder,
  { hiddenAct, layerNormEps }: ModelConfig,
  hidden: Value,
  specs: FeedForwardSpecs,
): Value {
  const inner = graph.activation(hiddenAct, graph.dense(hidden, specs.intermediate));
  const output = graph.op("Add", [graph.dense(inner, specs.output), hidden]);
  return graph.layerNorm(output, specs.layerNorm, layerNormEps);
}
