/**
 * What determines a model, in Hugging Face's words, with every constant's source beside it.
 *
 * @module
 */
import { quote } from "../json/mod.ts";
import type { Activation } from "../tensor/mod.ts";

/**
 * Which sub-layers all layers share (paper §3.1 and Table 4). `attention` and `ffn` share that sub-layer across all groups and leave the other to each
 * group; `all` shares both inside a group (with one group: everywhere); `none` is a group for each layer.
 */
export type Share = "all" | "attention" | "ffn" | "none";

/** What the pair of segments is asked (paper §3.1): was it swapped, was it made up, nothing. */
export type PairObjective = "sop" | "nsp" | "none";

/** Architecture: `bert` has no projection between embeddings and encoder and other parameter names. */
export type Architecture = "albert" | "bert";

/** A model's configuration. Field names are those of Hugging Face's config.json in camel case. */
export interface ModelConfig {
  /** Names and embeddings of which family. */
  readonly arch: Architecture;
  /** Pieces of the vocabulary. */
  readonly vocabSize: number;
  /** E, the size of the factorized embeddings. */
  readonly embeddingSize: number;
  /** H. */
  readonly hiddenSize: number;
  /** L. */
  readonly numHiddenLayers: number;
  /** Heads of an attention; H is a multiple of it. */
  readonly numAttentionHeads: number;
  /** Width of the feed-forward sub-layer; 4H in the paper. */
  readonly intermediateSize: number;
  /** Layer `i` belongs to group `floor(i · groups / layers)`; what is not shared by all layers has one set of parameters a group. */
  readonly numHiddenGroups: number;
  /** Blocks in a row that make one layer. 1 in every published model. */
  readonly innerGroupNum: number;
  /** Which sub-layers all layers share. */
  readonly share: Share;
  /** Whether embeddings are projected to H by a dense layer. False only where E = H. */
  readonly embeddingProjection: boolean;
  /** Activation of the feed-forward sub-layer and of the masked language head. */
  readonly hiddenAct: Activation;
  /** Dropout of embeddings and of each sub-layer's output. */
  readonly hiddenDropoutProb: number;
  /** Dropout of attention probabilities. */
  readonly attentionProbsDropoutProb: number;
  /** Before task heads; 0.1 in the paper's Table 14 whatever the encoder's own dropout. */
  readonly classifierDropoutProb: number;
  /** Longest sequence. */
  readonly maxPositionEmbeddings: number;
  /** Number of segments; 2. */
  readonly typeVocabSize: number;
  /** Standard deviation of the truncated normal. */
  readonly initializerRange: number;
  /** Added to the variance. */
  readonly layerNormEps: number;
  /** What the pair head learns. */
  readonly pairObjective: PairObjective;
  /** Looking this token up trains nothing, as transformers has it. */
  readonly padTokenId: number;
  /** Keys of config.json that say nothing to the model (`id2label` …); kept when it is written again. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Constants that all English ALBERT models share (google-research/albert modeling.py and config/*). */
export const ALBERT_DEFAULTS: Omit<
  ModelConfig,
  "hiddenSize" | "numHiddenLayers" | "numAttentionHeads" | "intermediateSize"
> = {
  arch: "albert",
  vocabSize: 30_000,
  embeddingSize: 128,
  numHiddenGroups: 1,
  innerGroupNum: 1,
  share: "all",
  embeddingProjection: true,
  // "gelu" in google-research/albert is the tanh form, Hugging Face's gelu_new.
  hiddenAct: "gelu_new",
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
  classifierDropoutProb: 0.1,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  initializerRange: 0.02,
  layerNormEps: 1e-12,
  pairObjective: "sop",
  padTokenId: 0,
};

/** More than any machine holds, and still exact in every product of two: a larger number is a slip of the pen. */
const LARGEST_SIZE = 2 ** 26;
/** Of layers and groups, which are walked one by one. */
const MOST_LAYERS = 1000;

/** A configuration that contradicts itself. */
export class ConfigError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "ConfigError";
}

/**
 * Checks that the fields fit each other.
 *
 * @throws {ConfigError} naming the field and the mend.
 */
export function validateConfig(config: ModelConfig): ModelConfig {
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
      throw new ConfigError(`${snakeCase(field)} must be a positive integer, not ${config[field]}`);
    }
    const most = /Layers|Group/.test(field) ? MOST_LAYERS : LARGEST_SIZE;
    if (config[field] > most) {
      throw new ConfigError(`${snakeCase(field)} must be at most ${most}, not ${config[field]}`);
    }
  }
  const { padTokenId, vocabSize } = config;
  if (!Number.isSafeInteger(padTokenId) || padTokenId < 0 || padTokenId >= vocabSize) {
    throw new ConfigError(
      `pad_token_id must be a piece of the vocabulary, 0 to ${vocabSize - 1}, not ${padTokenId}`,
    );
  }
  const probabilities = [
    "hiddenDropoutProb",
    "attentionProbsDropoutProb",
    "classifierDropoutProb",
  ] as const;
  for (const field of probabilities) {
    if (!(config[field] >= 0 && config[field] < 1)) {
      throw new ConfigError(`${snakeCase(field)} must lie in [0, 1), not ${config[field]}`);
    }
  }
  for (const field of ["initializerRange", "layerNormEps"] as const) {
    if (!(config[field] > 0)) {
      throw new ConfigError(`${snakeCase(field)} must be positive, not ${config[field]}`);
    }
  }
  checkChoice("share", config.share, ["all", "attention", "ffn", "none"]);
  checkChoice("hidden_act", config.hiddenAct, ["gelu", "gelu_new", "relu", "tanh"]);
  checkChoice("pair_objective", config.pairObjective, ["sop", "nsp", "none"]);
  const { hiddenSize, numAttentionHeads, numHiddenLayers, numHiddenGroups } = config;
  if (hiddenSize % numAttentionHeads !== 0) {
    throw new ConfigError(
      `hidden_size ${hiddenSize} is no multiple of num_attention_heads ${numAttentionHeads}; change one of them`,
    );
  }
  if (numHiddenGroups > numHiddenLayers) {
    throw new ConfigError(
      `num_hidden_groups ${numHiddenGroups} is more than num_hidden_layers ${numHiddenLayers}; some group would have no layer`,
    );
  }
  if (config.share === "none" && numHiddenGroups !== numHiddenLayers) {
    throw new ConfigError(
      `share "none" needs num_hidden_groups ${numHiddenLayers}, one for each layer, not ${numHiddenGroups}`,
    );
  }
  if (config.arch === "bert" && config.share !== "none") {
    throw new ConfigError('model_type bert shares nothing: share must be "none"');
  }
  if (!config.embeddingProjection && config.embeddingSize !== hiddenSize) {
    throw new ConfigError(
      `embedding_size ${config.embeddingSize} differs from hidden_size ${hiddenSize}, so embedding_projection must be true`,
    );
  }
  return config;
}

function checkChoice(field: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) {
    throw new ConfigError(
      `${field} must be one of ${choices.join(", ")}, not ${quote(value)}`,
    );
  }
}

/** `hiddenSize` → `hidden_size`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
