/**
 * The configuration of a model, with the field names of Hugging Face's config.json in camel case and the source of each constant.
 *
 * @module
 */
import { quote } from "../json/mod.ts";
import type { Activation } from "../tensor/mod.ts";
import { ARCHITECTURES } from "./architectures/mod.ts";

/**
 * Which sub-layers share their parameters across layers (paper §3.1 and Table 4). `attention` and `ffn` share that sub-layer across all groups and give each group
 * its own other sub-layer. `all` shares both within a group (with one group: across all layers). `none` makes each layer a separate group.
 */
export type Share = "all" | "attention" | "ffn" | "none";

/** The loss on sentence pairs (paper §3.1): sentence-order prediction, next-sentence prediction, or none. */
export type PairObjective = "sop" | "nsp" | "none";

/** `model_type` of the encoder family; see {@linkcode ARCHITECTURES}. */
export type Architecture = "albert" | "bert";

/** A model's configuration. */
export interface ModelConfig {
  /** The encoder family, `model_type` in config.json. */
  readonly arch: Architecture;
  /** Number of pieces in the vocabulary. */
  readonly vocabSize: number;
  /** Size of the factorized embeddings, E in the paper. */
  readonly embeddingSize: number;
  /** Size of the hidden states, H in the paper. */
  readonly hiddenSize: number;
  /** Number of layers, L in the paper. */
  readonly numHiddenLayers: number;
  /** Number of attention heads; divides H. */
  readonly numAttentionHeads: number;
  /** Inner size of the feed-forward sub-layer; 4H in the paper. */
  readonly intermediateSize: number;
  /** Number of layer groups. Layer `i` belongs to group `floor(i / (layers / groups))`; unshared sub-layers have one parameter set per group. */
  readonly numHiddenGroups: number;
  /** Number of consecutive blocks in a layer; 1 in all published models. */
  readonly innerGroupNum: number;
  /** Which sub-layers are shared across layers. */
  readonly share: Share;
  /** Whether a dense layer projects embeddings from E to H. May be false only if E = H. */
  readonly embeddingProjection: boolean;
  /** Activation function of the feed-forward sub-layer and the masked-LM head. */
  readonly hiddenAct: Activation;
  /** Dropout probability of embeddings and sub-layer outputs. */
  readonly hiddenDropoutProb: number;
  /** Dropout probability of attention weights. */
  readonly attentionProbsDropoutProb: number;
  /** Dropout probability before task heads; 0.1 in the paper's Table 14, independent of the encoder's dropout. */
  readonly classifierDropoutProb: number;
  /** Maximum sequence length in tokens. */
  readonly maxPositionEmbeddings: number;
  /** Number of token types (segments); 2. */
  readonly typeVocabSize: number;
  /** Standard deviation of the truncated normal distribution for initial weights. */
  readonly initializerRange: number;
  /** Constant added to the variance in layer normalization. */
  readonly layerNormEps: number;
  /** The loss on sentence pairs. */
  readonly pairObjective: PairObjective;
  /** Id of `[PAD]`, whose embedding receives no gradient, as in transformers. */
  readonly padTokenId: number;
  /** False if the masked-LM head has its own output matrix; true, the word embeddings, if absent. */
  readonly tieWordEmbeddings?: boolean;
  /** Keys of config.json that do not affect the model (`id2label` …); preserved when the file is written. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

const ACTIVATIONS: readonly Activation[] = ["gelu", "gelu_new", "relu", "tanh"];
/** Upper bound for sizes. It exceeds any machine's memory, and products of two sizes stay exact integers. */
const MAX_SIZE = 2 ** 26;
/** Upper bound for the numbers of layers and groups. */
const MAX_LAYERS = 1000;

/** Thrown for an invalid configuration, or for a model folder whose files do not match. */
export class ConfigError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "ConfigError";
}

/**
 * Checks every field and that fields are consistent, and returns the configuration.
 *
 * @throws {ConfigError} with the field's name in config.json and the fix
 */
export function validateConfig(config: ModelConfig): ModelConfig {
  checkChoice("model_type", config.arch, Object.keys(ARCHITECTURES));
  const sizes = [
    "vocabSize",
    "embeddingSize",
    "hiddenSize",
    "numHiddenLayers",
    "numAttentionHeads",
    "intermediateSize",
    "numHiddenGroups",
    "innerGroupNum",
    "maxPositionEmbeddings",
    "typeVocabSize",
  ] as const;
  for (const field of sizes) {
    if (!Number.isSafeInteger(config[field]) || config[field] < 1) {
      throw new ConfigError(`${snakeCase(field)} must be a positive integer, got ${config[field]}`);
    }
    const max = /Layers|Group/.test(field) ? MAX_LAYERS : MAX_SIZE;
    if (config[field] > max) {
      throw new ConfigError(`${snakeCase(field)} must be at most ${max}, got ${config[field]}`);
    }
  }
  const { padTokenId, vocabSize } = config;
  if (!Number.isSafeInteger(padTokenId) || padTokenId < 0 || padTokenId >= vocabSize) {
    throw new ConfigError(
      `pad_token_id must be an id of the vocabulary (0 to ${vocabSize - 1}), got ${padTokenId}`,
    );
  }
  const probabilities = [
    "hiddenDropoutProb",
    "attentionProbsDropoutProb",
    "classifierDropoutProb",
  ] as const;
  for (const field of probabilities) {
    if (!(config[field] >= 0 && config[field] < 1)) {
      throw new ConfigError(`${snakeCase(field)} must be in [0, 1), got ${config[field]}`);
    }
  }
  for (const field of ["initializerRange", "layerNormEps"] as const) {
    if (!(config[field] > 0)) {
      throw new ConfigError(`${snakeCase(field)} must be positive, got ${config[field]}`);
    }
  }
  checkChoice("share", config.share, ["all", "attention", "ffn", "none"]);
  checkChoice("hidden_act", config.hiddenAct, ACTIVATIONS);
  checkChoice("pair_objective", config.pairObjective, ["sop", "nsp", "none"]);
  checkConsistency(config);
  return config;
}

function checkConsistency(config: ModelConfig): void {
  const { hiddenSize, numAttentionHeads, numHiddenLayers, numHiddenGroups, share } = config;
  if (hiddenSize % numAttentionHeads !== 0) {
    throw new ConfigError(
      `hidden_size must be a multiple of num_attention_heads (got ${hiddenSize} and ${numAttentionHeads})`,
    );
  }
  if (numHiddenGroups > numHiddenLayers) {
    throw new ConfigError(
      `num_hidden_groups must be at most num_hidden_layers (got ${numHiddenGroups} and ${numHiddenLayers})`,
    );
  }
  if (share === "none" && numHiddenGroups !== numHiddenLayers) {
    throw new ConfigError(
      `share "none" needs one group per layer: num_hidden_groups must be ${numHiddenLayers}, got ${numHiddenGroups}`,
    );
  }
  const { shares } = ARCHITECTURES[config.arch];
  if (!shares.includes(share)) {
    throw new ConfigError(
      `share must be ${shares.map(quote).join(" or ")} for model_type ${config.arch}, got ${
        quote(share)
      }`,
    );
  }
  if (!config.embeddingProjection && config.embeddingSize !== hiddenSize) {
    throw new ConfigError(
      `embedding_projection must be true because embedding_size ${config.embeddingSize} differs from hidden_size ${hiddenSize}`,
    );
  }
}

function checkChoice(field: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) {
    throw new ConfigError(`${field} must be one of ${choices.join(", ")}, got ${quote(value)}`);
  }
}

/**
 * Checks that a model has an embedding for every piece of a tokenizer.
 *
 * @param tokenizer The tokenizer.
 * @param config The model's configuration.
 * @param source Names the model in the error; the folder, for instance.
 * @throws {ConfigError} if the tokenizer has more pieces than the model has embeddings.
 */
export function checkVocabularySize(
  { vocabularySize }: { readonly vocabularySize: number },
  { vocabSize }: ModelConfig,
  source?: string,
): void {
  if (vocabularySize <= vocabSize) return;
  throw new ConfigError(
    `${source === undefined ? "" : `${source}: `}the tokenizer has ${vocabularySize} pieces, ` +
      `but vocab_size in config.json is ${vocabSize}`,
  );
}

/**
 * Returns the names of the classes or tags of a fine-tuned model in the order of its outputs, from `id2label` in config.json.
 *
 * @returns undefined if config.json has no names
 * @throws {ConfigError} if the ids are not 0, 1, 2 …, or a name is missing or not unique
 */
export function namesOfClasses({ extra = {} }: Pick<ModelConfig, "extra">): string[] | undefined {
  const given = extra.id2label ?? {};
  const entries = typeof given === "object" ? Object.entries(given) : [];
  if (entries.length === 0 && typeof given === "object") return undefined;
  const names = entries.map(([, name]) => `${name}`);
  const isValid = entries.every(([id, name], i) =>
    id === `${i}` && ["string", "number", "boolean"].includes(typeof name)
  );
  if (isValid && names.length > 0 && new Set(names).size === names.length) return names;
  throw new ConfigError(
    `id2label in config.json must have a different name for each id from 0, such as {"0": "no", "1": "yes"}, got ${
      quote(given)
    }`,
  );
}

/** Converts `hiddenSize` to `hidden_size`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
