/**
 * config.json: Hugging Face's file, read and written.
 *
 * @module
 */
import { parseJsonObject, quote } from "../json/mod.ts";
import type { Activation } from "../tensor/mod.ts";
import {
  ALBERT_DEFAULTS,
  ConfigError,
  type ModelConfig,
  type PairObjective,
  type Share,
  snakeCase,
  validateConfig,
} from "./config.ts";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Fields that are numbers in both architectures, with what an absent one means. */
const NUMBER_DEFAULTS = {
  initializerRange: 0.02,
  layerNormEps: 1e-12,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  // transformers' defaults when a key is absent: AlbertConfig drops nothing, BertConfig a tenth.
  hiddenDropoutProb: { albert: 0, bert: 0.1 },
  attentionProbsDropoutProb: { albert: 0, bert: 0.1 },
} as const;

/** Keys that this module understands; all others travel in `extra`. */
const KNOWN = new Set([
  "model_type",
  "vocab_size",
  "embedding_size",
  "hidden_size",
  "num_hidden_layers",
  "num_attention_heads",
  "intermediate_size",
  "num_hidden_groups",
  "inner_group_num",
  "share",
  "embedding_projection",
  "hidden_act",
  "hidden_dropout_prob",
  "attention_probs_dropout_prob",
  "classifier_dropout_prob",
  "classifier_dropout",
  "max_position_embeddings",
  "type_vocab_size",
  "initializer_range",
  "layer_norm_eps",
  "pair_objective",
  "pad_token_id",
]);

/**
 * Reads the text of a config.json of an ALBERT or BERT model.
 *
 * @throws {ConfigError} for text that is no JSON object, another model type, or fields that are missing or contradict each other.
 */
export function parseConfig(text: string): ModelConfig {
  let fields: JsonObject;
  try {
    fields = parseJsonObject(text);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const arch = fields.model_type ?? familyOf(fields);
  if (arch !== "albert" && arch !== "bert") {
    throw new ConfigError(
      `model_type is ${quote(arch)}; albert and bert are supported`,
    );
  }
  const positions = fields.position_embedding_type ?? "absolute";
  if (positions !== "absolute" || fields.is_decoder === true) {
    const field = positions === "absolute" ? "is_decoder" : "position_embedding_type";
    throw new ConfigError(
      `${field} is ${quote(fields[field])}; only encoders with absolute positions are supported`,
    );
  }
  const number = (name: keyof typeof NUMBER_DEFAULTS): number => {
    const fallback = NUMBER_DEFAULTS[name];
    return optionalNumber(
      fields,
      snakeCase(name),
      typeof fallback === "number" ? fallback : fallback[arch],
    );
  };
  const layers = requiredNumber(fields, "num_hidden_layers");
  const hiddenSize = requiredNumber(fields, "hidden_size");
  const albert = arch === "albert";
  const share = albert ? optionalString(fields, "share", "") : "none";
  const groups = albert
    ? optionalNumber(fields, "num_hidden_groups", share === "" || share === "all" ? 1 : layers)
    : layers;
  return validateConfig({
    arch,
    vocabSize: requiredNumber(fields, "vocab_size"),
    embeddingSize: albert ? optionalNumber(fields, "embedding_size", 128) : hiddenSize,
    hiddenSize,
    numHiddenLayers: layers,
    numAttentionHeads: requiredNumber(fields, "num_attention_heads"),
    intermediateSize: requiredNumber(fields, "intermediate_size"),
    numHiddenGroups: groups,
    innerGroupNum: albert ? optionalNumber(fields, "inner_group_num", 1) : 1,
    // Without a word about sharing, a file means what transformers builds: one set of parameters a group.
    share: (share !== "" ? share : groups === layers && layers > 1 ? "none" : "all") as Share,
    embeddingProjection: albert ? optionalBoolean(fields, "embedding_projection", true) : false,
    hiddenAct: optionalString(fields, "hidden_act", albert ? "gelu_new" : "gelu") as Activation,
    hiddenDropoutProb: number("hiddenDropoutProb"),
    attentionProbsDropoutProb: number("attentionProbsDropoutProb"),
    classifierDropoutProb: classifierDropout(fields, arch),
    maxPositionEmbeddings: number("maxPositionEmbeddings"),
    typeVocabSize: number("typeVocabSize"),
    initializerRange: number("initializerRange"),
    layerNormEps: number("layerNormEps"),
    pairObjective: optionalString(
      fields,
      "pair_objective",
      albert ? "sop" : "nsp",
    ) as PairObjective,
    padTokenId: optionalNumber(fields, "pad_token_id", 0),
    extra: Object.fromEntries(Object.entries(fields).filter(([key]) => !KNOWN.has(key))),
  });
}

/** google-research/albert's own files say no model type, but an embedding size; early files of transformers name a class. */
function familyOf({ architectures, embedding_size: embeddingSize }: JsonObject): string {
  const name = Array.isArray(architectures) ? `${architectures[0]}` : "";
  if (name.startsWith("Albert") || embeddingSize !== undefined) return "albert";
  if (name.startsWith("Bert")) return "bert";
  throw new ConfigError(
    'model_type is missing; add "model_type": "albert" or "model_type": "bert"',
  );
}

/** BERT's key is `classifier_dropout`, and null there means the hidden dropout. */
function classifierDropout(fields: JsonObject, arch: "albert" | "bert"): number {
  if (arch === "albert") {
    return optionalNumber(fields, "classifier_dropout_prob", ALBERT_DEFAULTS.classifierDropoutProb);
  }
  return typeof fields.classifier_dropout === "number"
    ? fields.classifier_dropout
    : optionalNumber(fields, "hidden_dropout_prob", 0.1);
}

/** The JSON object that transformers reads, with `extra` first so that nothing is lost and nothing overrides. */
export function configToJson(config: ModelConfig, architectures: readonly string[]): JsonObject {
  const { extra = {} } = config;
  const common = {
    ...extra,
    architectures,
    model_type: config.arch,
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    intermediate_size: config.intermediateSize,
    hidden_act: config.hiddenAct,
    hidden_dropout_prob: config.hiddenDropoutProb,
    attention_probs_dropout_prob: config.attentionProbsDropoutProb,
    max_position_embeddings: config.maxPositionEmbeddings,
    type_vocab_size: config.typeVocabSize,
    initializer_range: config.initializerRange,
    layer_norm_eps: config.layerNormEps,
    pair_objective: config.pairObjective,
    pad_token_id: config.padTokenId,
  };
  if (config.arch === "bert") {
    return { ...common, classifier_dropout: config.classifierDropoutProb };
  }
  return {
    ...common,
    embedding_size: config.embeddingSize,
    num_hidden_groups: config.numHiddenGroups,
    inner_group_num: config.innerGroupNum,
    classifier_dropout_prob: config.classifierDropoutProb,
    share: config.share,
    bos_token_id: extra.bos_token_id ?? 2,
    eos_token_id: extra.eos_token_id ?? 3,
    ...(config.embeddingProjection ? {} : { embedding_projection: false }),
  };
}

function requiredNumber(fields: JsonObject, key: string): number {
  const value = fields[key];
  if (typeof value !== "number") {
    throw new ConfigError(
      value === undefined ? `${key} is missing` : `${key} must be a number, not ${quote(value)}`,
    );
  }
  return value;
}

function optionalNumber(fields: JsonObject, key: string, fallback: number): number {
  return fields[key] === undefined || fields[key] === null ? fallback : requiredNumber(fields, key);
}

function optionalString(fields: JsonObject, key: string, fallback: string): string {
  const value = fields[key] ?? fallback;
  if (typeof value !== "string") {
    throw new ConfigError(`${key} must be a string, not ${quote(value)}`);
  }
  return value;
}

function optionalBoolean(fields: JsonObject, key: string, fallback: boolean): boolean {
  const value = fields[key] ?? fallback;
  if (typeof value !== "boolean") {
    throw new ConfigError(`${key} must be true or false, not ${quote(value)}`);
  }
  return value;
}
