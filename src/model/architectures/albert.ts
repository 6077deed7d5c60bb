/**
 * ALBERT (Lan et al., arXiv 1909.11942): factorized embeddings and cross-layer parameter sharing.
 *
 * @module
 */
import type { Activation } from "../../tensor/mod.ts";
import type { ModelConfig, PairObjective, Share } from "../config.ts";
import type { ArchitectureDefinition } from "./architecture.ts";

/** Constants of all published English ALBERT models (google-research/albert `modeling.py` and `config/*`). */
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
  // "gelu" in google-research/albert is the tanh approximation, which Hugging Face calls gelu_new.
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

function layer(group: number, inner: number): string {
  return `albert.encoder.albert_layer_groups.${group}.albert_layers.${inner}`;
}

/** The ALBERT family. */
export const albert: ArchitectureDefinition = {
  title: "ALBERT",
  classPrefix: "Albert",
  // google-research/albert's own files have no model_type.
  distinctiveKey: "embedding_size",
  shares: ["all", "attention", "ffn", "none"],
  names: {
    embeddings: "albert.embeddings",
    projection: "albert.encoder.embedding_hidden_mapping_in",
    attention: ({ group, inner }) => {
      const base = `${layer(group, inner)}.attention`;
      return {
        query: `${base}.query`,
        key: `${base}.key`,
        value: `${base}.value`,
        dense: `${base}.dense`,
        layerNorm: `${base}.LayerNorm`,
      };
    },
    feedForward: ({ group, inner }) => {
      const base = layer(group, inner);
      return {
        intermediate: `${base}.ffn`,
        output: `${base}.ffn_output`,
        layerNorm: `${base}.full_layer_layer_norm`,
      };
    },
    pooler: "albert.pooler",
    maskedLanguageHead: {
      dense: "predictions.dense",
      layerNorm: "predictions.LayerNorm",
      bias: "predictions.bias",
      decoder: "predictions.decoder",
    },
    sentenceOrderHead: "sop_classifier.classifier",
  },

  readConfig(fields) {
    const layers = fields.number("num_hidden_layers");
    const share = fields.string("share", "");
    const groups = fields.number(
      "num_hidden_groups",
      share === "" || share === "all" ? 1 : layers,
    );
    // A file without `share` means what transformers builds: one parameter set per group.
    const implied = groups === layers && layers > 1 ? "none" : "all";
    return {
      embeddingSize: fields.number("embedding_size", ALBERT_DEFAULTS.embeddingSize),
      embeddingProjection: fields.boolean("embedding_projection", true),
      numHiddenGroups: groups,
      innerGroupNum: fields.number("inner_group_num", 1),
      share: (share === "" ? implied : share) as Share,
      hiddenAct: fields.string("hidden_act", ALBERT_DEFAULTS.hiddenAct) as Activation,
      hiddenDropoutProb: fields.number("hidden_dropout_prob", 0),
      attentionProbsDropoutProb: fields.number("attention_probs_dropout_prob", 0),
      classifierDropoutProb: fields.number(
        "classifier_dropout_prob",
        ALBERT_DEFAULTS.classifierDropoutProb,
      ),
      pairObjective: fields.string("pair_objective", "sop") as PairObjective,
    };
  },

  writeConfig: (config) => ({
    embedding_size: config.embeddingSize,
    num_hidden_groups: config.numHiddenGroups,
    inner_group_num: config.innerGroupNum,
    classifier_dropout_prob: config.classifierDropoutProb,
    share: config.share,
    bos_token_id: config.extra?.bos_token_id ?? 2,
    eos_token_id: config.extra?.eos_token_id ?? 3,
    ...(config.embeddingProjection ? {} : { embedding_projection: false }),
  }),
};
