/**
 * The encoder: factorized embeddings, then blocks of attention and feed-forward sub-layers that may share parameters (paper §3.1).
 *
 * @module
 */
import { checkCount } from "../json/mod.ts";
import {
  attention,
  dropout,
  embed,
  feedForward,
  gatherRows,
  KeyLengths,
  layerNorm,
  linear,
  projections,
  recomputed,
  type Scope,
  type Segment,
  type Tensor,
} from "../tensor/mod.ts";
import { ConfigError, type ModelConfig, validateConfig } from "./config.ts";
import { partsWithoutGradients } from "./freeze.ts";
import type { DenseSpec, NormSpec, Parameter, Parameters } from "./parameters.ts";
import { blockSets } from "./sharing.ts";
import {
  attentionSpecs,
  embeddingSpecs,
  type FeedForwardSpecs,
  feedForwardSpecs,
  poolerSpecs,
} from "./specs.ts";

/** A batch of token sequences, padded to the same length, in host memory. */
export interface EncoderInput {
  /** Number of examples. */
  readonly batch: number;
  /** Length of every sequence in tokens, including padding. */
  readonly sequence: number;
  /** Token ids, `[batch·sequence]`. */
  readonly inputIds: Uint32Array;
  /** Segment of each token, `[batch·sequence]`. */
  readonly tokenTypeIds: Uint32Array;
  /** Length of each sequence without padding, `[batch]`; at least 1. */
  readonly lengths: Uint32Array;
}

/** @throws {ConfigError} for pairs of texts if the model has one token type only, as RoBERTa */
function checkTypes({ tokenTypeIds }: EncoderInput, { typeVocabSize }: ModelConfig): void {
  const other = tokenTypeIds.find((type) => type >= typeVocabSize);
  if (other === undefined) return;
  throw new ConfigError(
    other === 1
      ? "The model cannot read pairs of texts: its type_vocab_size is 1, but the tokens of the " +
        "second text have type 1; use single texts, or a model with type_vocab_size 2"
      : `Token type ${other} is not less than type_vocab_size, ${typeVocabSize}`,
  );
}

/** Returns a batch of one text without padding, of the first segment. */
export function singleText(ids: readonly number[]): EncoderInput {
  return {
    batch: 1,
    sequence: ids.length,
    inputIds: Uint32Array.from(ids),
    tokenTypeIds: new Uint32Array(ids.length),
    lengths: Uint32Array.of(ids.length),
  };
}

/** Checks what devices would compute differently: a length of 0, for instance, gives NaN on some and numbers on others. */
function checkInput({ batch, sequence, inputIds, tokenTypeIds, lengths }: EncoderInput): void {
  for (const [name, value] of Object.entries({ batch, sequence })) {
    checkCount(name, value);
  }
  for (const [name, array] of Object.entries({ inputIds, tokenTypeIds })) {
    if (array.length !== batch * sequence) {
      throw new RangeError(
        `${name} must have batch·sequence = ${batch * sequence} values, got ${array.length}`,
      );
    }
  }
  if (lengths.length !== batch) {
    throw new RangeError(`lengths must have batch = ${batch} values, got ${lengths.length}`);
  }
  const example = lengths.findIndex((length) => length < 1 || length > sequence);
  if (example >= 0) {
    throw new RangeError(
      `lengths[${example}] must be 1 to ${sequence}, the sequence length, got ${lengths[example]}`,
    );
  }
}

/** Outputs of the encoder, in temporary memory of the current recording. */
export interface EncoderOutput {
  /** The input of the first block and the output of each block, all `[batch·sequence, hidden]`: `hidden_states` in Hugging Face's models. */
  readonly hiddenStates: readonly Tensor[];
  /** The output of the last block. */
  readonly sequenceOutput: Tensor;
}

/** The tensors of a dense layer or a layer normalization. */
export interface WeightAndBias {
  /** `[outputs, inputs]` or `[size]`. */
  readonly weight: Parameter;
  /** `[outputs]` or `[size]`. */
  readonly bias: Parameter;
}

/** Looks up the tensors of a dense layer or a layer normalization. @throws {TypeError} if the model does not have them */
export function resolve(parameters: Parameters, spec: DenseSpec | NormSpec): WeightAndBias {
  return { weight: parameters.get(spec.weight), bias: parameters.get(spec.bias) };
}

/** The tensors of one block: those of a set that several blocks share are the same. */
interface BlockTensors {
  readonly attention: AttentionTensors;
  readonly feedForward: FeedForwardTensors;
}

interface AttentionTensors {
  /** Query, key and value. */
  readonly inputs: readonly WeightAndBias[];
  readonly dense: WeightAndBias;
  readonly layerNorm: WeightAndBias;
}

type FeedForwardTensors = Readonly<Record<keyof FeedForwardSpecs, WeightAndBias>>;

/** The encoder. It owns no device memory; the caller allocates and frees the parameters. */
export class Encoder {
  #blocks?: readonly BlockTensors[];
  /** Number of first parts (embeddings, blocks, pooler) that need no gradients. */
  readonly #withoutGradients: number;

  /**
   * Uses existing parameters, which must include {@linkcode encoderSpecs} of the same configuration.
   *
   * @param frozen names of parameters that are not trained; no gradients are computed for embeddings and first blocks that are all frozen
   * @throws {ConfigError} if the configuration is invalid
   */
  constructor(
    readonly config: ModelConfig,
    readonly parameters: Parameters,
    frozen: ReadonlySet<string> = new Set(),
  ) {
    validateConfig(config);
    this.#withoutGradients = partsWithoutGradients(config, frozen);
  }

  /** The word embeddings `[vocabulary, E]`, which are also the output matrix of the masked-LM head unless `tieWordEmbeddings` is false. */
  get wordEmbeddings(): Parameter {
    return this.parameters.get(embeddingSpecs(this.config).words);
  }

  /**
   * Computes the embeddings and all blocks.
   *
   * @throws {ConfigError} if the sequence is longer than `maxPositionEmbeddings`, or a token type is not less than `typeVocabSize`
   * @throws {RangeError} if an array has the wrong length, a length is not 1 to `sequence`, or a token id is not in the vocabulary
   */
  forward(scope: Scope, input: EncoderInput): EncoderOutput {
    checkInput(input);
    checkTypes(input, this.config);
    const lengths = new KeyLengths(scope.device, input.lengths);
    let hidden = this.#embeddings(this.#scopeOf(0, scope), input);
    const hiddenStates = [hidden];
    this.#blocks ??= this.#resolveBlocks();
    for (const { attention, feedForward } of this.#blocks) {
      const attend: Segment = (scope, x) => this.#attention(scope, x, lengths, input, attention);
      const layer: Segment = (scope, x) =>
        this.#feedForward(
          scope,
          recomputed(scope, scope.recompute === "attention", x, attend),
          input,
          feedForward,
        );
      const own = this.#scopeOf(hiddenStates.length, scope);
      hidden = recomputed(own, scope.recompute === "layers", hidden, layer);
      hiddenStates.push(hidden);
    }
    return { hiddenStates, sequenceOutput: hidden };
  }

  /**
   * Computes the pooled output: `tanh(W·h + b)` of each sequence's first token.
   *
   * @returns `[batch, hidden]`
   */
  pool(scope: Scope, output: EncoderOutput, { batch, sequence }: EncoderInput): Tensor {
    const first = Uint32Array.from({ length: batch }, (_, example) => example * sequence);
    const { weight, bias } = resolve(this.parameters, poolerSpecs(this.config));
    const own = this.#scopeOf(output.hiddenStates.length, scope);
    return linear(own, gatherRows(own, output.sequenceOutput, first), weight, bias, "tanh");
  }

  /** The scope of a part: without a tape if it needs no gradients. Part 0 is the embeddings; the pooler follows the last block. */
  #scopeOf(part: number, scope: Scope): Scope {
    return part < this.#withoutGradients ? { ...scope, tape: undefined } : scope;
  }

  #resolveBlocks(): BlockTensors[] {
    const { config, parameters } = this;
    const tensors = (spec: DenseSpec | NormSpec) => resolve(parameters, spec);
    return blockSets(config).map((sets) => {
      const { query, key, value, dense, layerNorm } = attentionSpecs(config, sets.attention);
      const feedForward = feedForwardSpecs(config, sets.feedForward);
      return {
        attention: {
          inputs: [query, key, value].map(tensors),
          dense: tensors(dense),
          layerNorm: tensors(layerNorm),
        },
        feedForward: {
          intermediate: tensors(feedForward.intermediate),
          output: tensors(feedForward.output),
          layerNorm: tensors(feedForward.layerNorm),
        },
      };
    });
  }

  #embeddings(scope: Scope, { sequence, inputIds, tokenTypeIds }: EncoderInput): Tensor {
    const { config, parameters } = this;
    if (sequence > config.maxPositionEmbeddings) {
      throw new ConfigError(
        `The sequence has ${sequence} tokens, but max_position_embeddings is ${config.maxPositionEmbeddings}`,
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
    { inputs, dense, layerNorm }: AttentionTensors,
  ): Tensor {
    const { config } = this;
    const { numAttentionHeads: heads, hiddenSize } = config;
    const context = attention(
      scope,
      projections(scope, x, inputs),
      lengths,
      { batch, sequence, heads, size: hiddenSize / heads },
      config.attentionProbsDropoutProb,
    );
    const hidden = linear(scope, context, dense.weight, dense.bias);
    return this.#addAndNormalize(scope, x, hidden, sequence, layerNorm);
  }

  #feedForward(
    scope: Scope,
    x: Tensor,
    { sequence }: EncoderInput,
    { intermediate, output, layerNorm }: FeedForwardTensors,
  ): Tensor {
    const hidden = feedForward(scope, x, intermediate, output, this.config.hiddenAct);
    return this.#addAndNormalize(scope, x, hidden, sequence, layerNorm);
  }

  /** Computes `LayerNorm(x + dropout(hidden))`. Dropout follows both sub-layers, as in google-research/albert. */
  #addAndNormalize(
    scope: Scope,
    x: Tensor,
    hidden: Tensor,
    sequence: number,
    norm: WeightAndBias,
  ): Tensor {
    const { hiddenDropoutProb, layerNormEps } = this.config;
    return layerNorm(scope, x, norm, layerNormEps, {
      hidden,
      dropoutProbability: hiddenDropoutProb,
      rowsPerExample: sequence,
    });
  }
}
