/**
 * Reads and writes Hugging Face's config.json.
 *
 * @module
 */
import { parseJsonObject, quote } from "../json/mod.ts";
import type { Activation } from "../tensor/mod.ts";
import { ARCHITECTURES, type ConfigFields } from "./architectures/mod.ts";
import { type Architecture, ConfigError, type ModelConfig, validateConfig } from "./config.ts";

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Keys that this module reads. All others are kept in `extra`. */
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

/** Other names that transformers has for the same functions. */
const ACTIVATION_ALIASES: Readonly<Record<string, Activation>> = {
  gelu_python: "gelu",
  gelu_pytorch_tanh: "gelu_new",
  gelu_python_tanh: "gelu_new",
  gelu_fast: "gelu_new",
  gelu_accurate: "gelu_new",
};

/**
 * Parses the text of a config.json. Missing fields have the defaults of transformers' configuration class.
 *
 * @throws {ConfigError} if the text is not a JSON object, the model type is not supported, or fields are missing, invalid or inconsistent
 */
export function parseConfig(text: string): ModelConfig {
  let object: JsonObject;
  try {
    object = parseJsonObject(text);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const arch = object.model_type ?? familyOf(object);
  if (!isArchitecture(arch)) {
    throw new ConfigError(
      `model_type must be one of ${Object.keys(ARCHITECTURES).join(", ")}, got ${quote(arch)}`,
    );
  }
  const fields = fieldsOf(object);
  const positions = object.position_embedding_type ?? "absolute";
  if (positions !== "absolute" || fields.boolean("is_decoder", false)) {
    const field = positions === "absolute" ? "is_decoder" : "position_embedding_type";
    throw new ConfigError(
      `${field} is ${quote(object[field])}: only encoders with absolute positions are supported`,
    );
  }
  const tied = fields.boolean("tie_word_embeddings", true);
  const config = {
    arch,
    numHiddenLayers: fields.number("num_hidden_layers"),
    hiddenSize: fields.number("hidden_size"),
    vocabSize: fields.number("vocab_size"),
    numAttentionHeads: fields.number("num_attention_heads"),
    intermediateSize: fields.number("intermediate_size"),
    ...ARCHITECTURES[arch].readConfig(fields),
    maxPositionEmbeddings: fields.number("max_position_embeddings", 512),
    typeVocabSize: fields.number("type_vocab_size", 2),
    initializerRange: fields.number("initializer_range", 0.02),
    layerNormEps: fields.number("layer_norm_eps", 1e-12),
    padTokenId: fields.number("pad_token_id", 0),
    ...(tied ? {} : { tieWordEmbeddings: false }),
    extra: Object.fromEntries(
      Object.entries(object).filter(([key]) =>
        !KNOWN.has(key) && (tied || key !== "tie_word_embeddings")
      ),
    ),
  };
  return validateConfig({ ...config, hiddenAct: activationOf(config.hiddenAct, object) });
}

/** Resolves aliases. google-research/albert computes the tanh form and calls it gelu; its files have neither a model type nor a class. */
function activationOf(name: string, object: JsonObject): Activation {
  const isGoogles = object.model_type === undefined && object.architectures === undefined &&
    object.embedding_size !== undefined;
  if (isGoogles && name === "gelu") return "gelu_new";
  return Object.hasOwn(ACTIVATION_ALIASES, name) ? ACTIVATION_ALIASES[name] : name as Activation;
}

function isArchitecture(name: unknown): name is Architecture {
  return typeof name === "string" && Object.hasOwn(ARCHITECTURES, name);
}

/** Infers the family of a file without `model_type` from a key that only one family has, or else from the class that early versions of transformers wrote. */
function familyOf(object: JsonObject): string {
  const className = Array.isArray(object.architectures) ? `${object.architectures[0]}` : "";
  const families = Object.entries(ARCHITECTURES);
  const [name] =
    families.find(([, { distinctiveKey: key }]) =>
      key !== undefined && object[key] !== undefined
    ) ??
      families.find(([, { classPrefix }]) => className.startsWith(classPrefix)) ?? [];
  if (name !== undefined) return name;
  throw new ConfigError(
    `model_type is missing; add ${
      families.map(([name]) => `"model_type": "${name}"`).join(" or ")
    }`,
  );
}

function fieldsOf(object: JsonObject): ConfigFields {
  const read = <T>(
    key: string,
    fallback: T | undefined,
    expected: string,
    isValid: (value: unknown) => value is T,
  ): T => {
    const value = object[key] ?? fallback;
    if (value === undefined) throw new ConfigError(`${key} is missing`);
    if (!isValid(value)) throw new ConfigError(`${key} must be ${expected}, got ${quote(value)}`);
    return value;
  };
  return {
    number: (key, fallback) =>
      // JSON has no infinity, but 1e999 becomes one.
      read(key, fallback, "a number", (value): value is number => Number.isFinite(value)),
    string: (key, fallback) =>
      read(key, fallback, "a string", (value) => typeof value === "string"),
    boolean: (key, fallback) =>
      read(key, fallback, "true or false", (value) => typeof value === "boolean"),
  };
}

/** Returns the object to write to config.json for transformers. Keys of `extra` come first, so that they cannot override the model's fields. */
export function configToJson(config: ModelConfig, architectures: readonly string[]): JsonObject {
  return {
    ...config.extra,
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
    ...(config.tieWordEmbeddings === false && { tie_word_embeddings: false }),
    ...ARCHITECTURES[config.arch].writeConfig(config),
  };
}
