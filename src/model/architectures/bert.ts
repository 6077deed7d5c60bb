/**
 * BERT (Devlin et al., arXiv 1810.04805): embeddings of the hidden size and one parameter set per layer.
 *
 * @module
 */
import type { Activation } from "../../tensor/mod.ts";
import type { PairObjective } from "../config.ts";
import type { ArchitectureDefinition } from "./architecture.ts";

/** Dropout probability of BertConfig if config.json does not have the key. */
const DROPOUT = 0.1;

/** The BERT family. */
export const bert: ArchitectureDefinition = {
  title: "BERT",
  classPrefix: "Bert",
  shares: ["none"],
  names: {
    embeddings: "bert.embeddings",
    projection: "",
    attention: ({ group }) => {
      const base = `bert.encoder.layer.${group}.attention`;
      return {
        query: `${base}.self.query`,
        key: `${base}.self.key`,
        value: `${base}.self.value`,
        dense: `${base}.output.dense`,
        layerNorm: `${base}.output.LayerNorm`,
      };
    },
    feedForward: ({ group }) => {
      const base = `bert.encoder.layer.${group}`;
      return {
        intermediate: `${base}.intermediate.dense`,
        output: `${base}.output.dense`,
        layerNorm: `${base}.output.LayerNorm`,
      };
    },
    pooler: "bert.pooler.dense",
    maskedLanguageHead: {
      dense: "cls.predictions.transform.dense",
      layerNorm: "cls.predictions.transform.LayerNorm",
      bias: "cls.predictions.bias",
      decoder: "cls.predictions.decoder",
    },
    sentenceOrderHead: "cls.seq_relationship",
  },

  readConfig(fields) {
    const hiddenDropoutProb = fields.number("hidden_dropout_prob", DROPOUT);
    return {
      embeddingSize: fields.number("hidden_size"),
      embeddingProjection: false,
      numHiddenGroups: fields.number("num_hidden_layers"),
      innerGroupNum: 1,
      share: "none",
      hiddenAct: fields.string("hidden_act", "gelu") as Activation,
      hiddenDropoutProb,
      attentionProbsDropoutProb: fields.number("attention_probs_dropout_prob", DROPOUT),
      classifierDropoutProb: fields.number("classifier_dropout", hiddenDropoutProb),
      pairObjective: fields.string("pair_objective", "nsp") as PairObjective,
    };
  },

  writeConfig: (config) => ({ classifier_dropout: config.classifierDropoutProb }),
};
