/**
 * Hugging Face's names for the parts of an ALBERT or a BERT. A checkpoint's tensors carry these names, so a saved folder needs no conversion.
 *
 * @module
 */
import type { Architecture } from "./config.ts";
import type { SetIndex } from "./sharing.ts";

/** Names of one architecture's parts, without `.weight` and `.bias`. */
export interface PartNames {
  /** Prefix of the tables. */
  readonly embeddings: string;
  /** E → H; empty where there is none. */
  readonly projection: string;
  /** Names of an attention set. */
  attention(set: SetIndex): AttentionNames;
  /** Names of a feed-forward set. */
  feedForward(set: SetIndex): FeedForwardNames;
  /** The pooler's dense layer. */
  readonly pooler: string;
  /** Parts of the masked language head. */
  readonly maskedHead: {
    readonly dense: string;
    readonly layerNorm: string;
    readonly bias: string;
  };
  /** The pair head's dense layer. */
  readonly pairHead: string;
}

/** Parts of an attention sub-layer. */
export interface AttentionNames {
  /** Q. */
  readonly query: string;
  /** K. */
  readonly key: string;
  /** V. */
  readonly value: string;
  /** The output projection. */
  readonly dense: string;
  /** The normalization after the residual. */
  readonly layerNorm: string;
}

/** Parts of a feed-forward sub-layer. */
export interface FeedForwardNames {
  /** H → intermediate size. */
  readonly intermediate: string;
  /** Intermediate size → H. */
  readonly output: string;
  /** The normalization after the residual. */
  readonly layerNorm: string;
}

const albert: PartNames = {
  embeddings: "albert.embeddings",
  projection: "albert.encoder.embedding_hidden_mapping_in",
  attention: ({ group, inner }) => {
    const base = `${albertLayer(group, inner)}.attention`;
    return {
      query: `${base}.query`,
      key: `${base}.key`,
      value: `${base}.value`,
      dense: `${base}.dense`,
      layerNorm: `${base}.LayerNorm`,
    };
  },
  feedForward: ({ group, inner }) => {
    const base = albertLayer(group, inner);
    return {
      intermediate: `${base}.ffn`,
      output: `${base}.ffn_output`,
      layerNorm: `${base}.full_layer_layer_norm`,
    };
  },
  pooler: "albert.pooler",
  maskedHead: {
    dense: "predictions.dense",
    layerNorm: "predictions.LayerNorm",
    bias: "predictions.bias",
  },
  pairHead: "sop_classifier.classifier",
};

function albertLayer(group: number, inner: number): string {
  return `albert.encoder.albert_layer_groups.${group}.albert_layers.${inner}`;
}

const bert: PartNames = {
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
  maskedHead: {
    dense: "cls.predictions.transform.dense",
    layerNorm: "cls.predictions.transform.LayerNorm",
    bias: "cls.predictions.bias",
  },
  pairHead: "cls.seq_relationship",
};

/** The names of an architecture. */
export function partNames(arch: Architecture): PartNames {
  return arch === "albert" ? albert : bert;
}
