/**
 * The encoder: factorized embeddings, then blocks of attention and feed-forward whose parameters may be the same ones (paper §3.1).
 *
 * @module
 */
import {
  attention,
  dropout,
  embed,
  feedForward,
  gatherRows,
  KeyLengths,
  layerNorm,
  linear,
  recomputed,
  type Scope,
  type Segment,
  type Tensor,
} from "../tensor/mod.ts";
import { ConfigError, type ModelConfig } from "./config.ts";
import type { DenseSpec, NormSpec, Parameter } from "./parameter.ts";
import type { Parameters } from "./parameters.ts";
import { blockSets } from "./sharing.ts";
import {
  type AttentionSpecs,
  attentionSpecs,
  embeddingSpecs,
  type FeedForwardSpecs,
  feedForwardSpecs,
  poolerSpecs,
} from "./specs.ts";

/** Token ids of some examples, padded to one length, on the host. */
export interface EncoderInput {
  /** Number of examples. */
  readonly batch: number;
  /** Tokens of each, padding included. */
  readonly sequence: number;
  /** `[batch·sequence]` */
  readonly inputIds: Uint32Array;
  /** Segment of each token, `[batch·sequence]` */
  readonly tokenTypeIds: Uint32Array;
  /** Tokens of each example that are no padding, `[batch]`, each at least 1. */
  readonly lengths: Uint32Array;
}

/** What the encoder computed, in memory of the current recording. */
export interface EncoderOutput {
  /** Input of the first block and output of each, `[batch·sequence, hidden]`: Hugging Face's `hidden_states`. */
  readonly hiddenStates: readonly Tensor[];
  /** The last of them. */
  readonly sequenceOutput: Tensor;
}

/** A dense layer or normalization with its tensors. */
export interface WeightAndBias {
  /** `[out, in]` or `[size]`. */
  readonly weight: Parameter;
  /** `[out]` or `[size]`. */
  readonly bias: Parameter;
}

/** Tensors of a dense or normalization spec. */
export function resolve(parameters: Parameters, spec: DenseSpec | NormSpec): WeightAndBias {
  return { weight: parameters.get(spec.weight), bias: parameters.get(spec.bias) };
}

/** The shared-layer encoder. It owns no memory: parameters are given. */
export class Encoder {
  /** Uses parameters that are already made; `config` must be the one they were made for. */
  constructor(readonly config: ModelConfig, readonly parameters: Parameters) {}

  /** The word embedding table, which the masked language head shares. */
  get wordEmbeddings(): Parameter {
    return this.parameters.get(embeddingSpecs(this.config).words);
  }

  /**
   * Runs embeddings and all blocks.
   *
   * @throws {ConfigError} for a sequence longer than the position table.
   * @throws {RangeError} for a token id outside the vocabulary.
   */
  forward(scope: Scope, input: EncoderInput): EncoderOutput {
    const lengths = new KeyLengths(scope.device, input.lengths);
    let hidden = this.#embeddings(scope, input);
    const hiddenStates = [hidden];
    for (const sets of blockSets(this.config)) {
      const attend: Segment = (scope, x) =>
        this.#attention(scope, x, lengths, input, attentionSpecs(this.config, sets.attention));
      const layer: Segment = (scope, x) =>
        this.#feedForward(
          scope,
          recomputed(scope, scope.recompute === "attention", x, attend),
          input,
          feedForwardSpecs(this.config, sets.feedForward),
        );
      hidden = recomputed(scope, scope.recompute === "layers", hidden, layer);
      hiddenStates.push(hidden);
    }
    return { hiddenStates, sequenceOutput: hidden };
  }

  /**
   * `tanh(W·h + b)` of the first token of each example.
   *
   * @returns `[batch, hidden]`
   */
  pool(scope: Scope, { sequenceOutput }: EncoderOutput, { batch, sequence }: EncoderInput): Tensor {
    const first = Uint32Array.from({ length: batch }, (_, example) => example * sequence);
    const { weight, bias } = resolve(this.parameters, poolerSpecs(this.config));
    return linear(scope, gatherRows(scope, sequenceOutput, first), weight, bias, "tanh");
  }

  #embeddings(scope: Scope, { sequence, inputIds, tokenTypeIds }: EncoderInput): Tensor {
    const { config, parameters } = this;
    if (sequence > config.maxPositionEmbeddings) {
      throw new ConfigError(
        `a sequence of ${sequence} tokens is longer than max_position_embeddings ${config.maxPositionEmbeddings}`,
      );
    }
    const specs = embeddingSpecs(config);
    const sum = embed(
      scope,
      parameters.get(specs.words),
      parameters.get(specs.positions),
      parameters.get(specs.types),
      inputIds,
      tokenTypeIds,
      sequence,
      config.padTokenId,
    );
    const normalized = layerNorm(
      scope,
      sum,
      resolve(parameters, specs.layerNorm),
      config.layerNormEps,
    );
    const embeddings = dropout(scope, normalized, config.hiddenDropoutProb, sequence);
    if (specs.projection === undefined) return embeddings;
    const { weight, bias } = resolve(parameters, specs.projection);
    return linear(scope, embeddings, weight, bias);
  }

  #attention(
    scope: Scope,
    x: Tensor,
    lengths: KeyLengths,
    { batch, sequence }: EncoderInput,
    specs: AttentionSpecs,
  ): Tensor {
    const { config } = this;
    const project = (spec: DenseSpec, input: Tensor): Tensor => {
      const { weight, bias } = resolve(this.parameters, spec);
      return linear(scope, input, weight, bias);
    };
    const context = attention(
      scope,
      project(specs.query, x),
      project(specs.key, x),
      project(specs.value, x),
      lengths,
      { batch, sequence, heads: config.numAttentionHeads },
      config.attentionProbsDropoutProb,
    );
    return this.#addAndNormalize(
      scope,
      x,
      project(specs.dense, context),
      sequence,
      specs.layerNorm,
    );
  }

  #feedForward(
    scope: Scope,
    x: Tensor,
    { sequence }: EncoderInput,
    specs: FeedForwardSpecs,
  ): Tensor {
    const intermediate = resolve(this.parameters, specs.intermediate);
    const output = resolve(this.parameters, specs.output);
    const hidden = feedForward(scope, x, intermediate, output, this.config.hiddenAct);
    return this.#addAndNormalize(scope, x, hidden, sequence, specs.layerNorm);
  }

  /** `LayerNorm(x + dropout(hidden))`: dropout after both sub-layers, as google-research/albert has it. */
  #addAndNormalize(
    scope: Scope,
    x: Tensor,
    hidden: Tensor,
    sequence: number,
    norm: NormSpec,
  ): Tensor {
    const { hiddenDropoutProb, layerNormEps } = this.config;
    return layerNorm(scope, x, resolve(this.parameters, norm), layerNormEps, {
      hidden,
      dropoutProbability: hiddenDropoutProb,
      rowsPerExample: sequence,
    });
  }
}
