/**
 * The interface of an encoder family: how its checkpoints name the tensors, and how its config.json differs from that of other families.
 *
 * @module
 */
import type { ModelConfig, Share } from "../config.ts";
import type { SetIndex } from "../sharing.ts";

/** An encoder family. */
export interface ArchitectureDefinition {
  /** Name of the family in prose, such as `ALBERT`. */
  readonly title: string;
  /** Prefix of the names of Hugging Face classes, such as `Albert` in `AlbertForMaskedLM`. */
  readonly classPrefix: string;
  /** A key of config.json that only this family has. It identifies files without `model_type`. */
  readonly distinctiveKey?: string;
  /** Kinds of parameter sharing that the family supports. */
  readonly shares: readonly Share[];
  /** Names of the tensors. */
  readonly names: TensorNames;
  /**
   * Reads the fields that the families store or default differently.
   *
   * @throws {ConfigError} if a field has the wrong type
   */
  readConfig(fields: ConfigFields): FamilyConfig;
  /** Returns the same fields as keys and values of config.json. */
  writeConfig(config: ModelConfig): Readonly<Record<string, unknown>>;
}

/** The part of a configuration that {@linkcode ArchitectureDefinition.readConfig} reads. */
export type FamilyConfig = Pick<
  ModelConfig,
  | "embeddingSize"
  | "embeddingProjection"
  | "numHiddenGroups"
  | "innerGroupNum"
  | "share"
  | "hiddenAct"
  | "hiddenDropoutProb"
  | "attentionProbsDropoutProb"
  | "classifierDropoutProb"
  | "pairObjective"
>;

/** Typed access to the fields of config.json. Every method throws {@linkcode ConfigError} if the value has another type, or is missing and has no default. */
export interface ConfigFields {
  /** Returns a number. */
  number(key: string, fallback?: number): number;
  /** Returns a string. */
  string(key: string, fallback: string): string;
  /** Returns a boolean. */
  boolean(key: string, fallback: boolean): boolean;
}

/** Names of the parts of a model in Hugging Face checkpoints, without `.weight` and `.bias`, so that a saved folder needs no conversion. */
export interface TensorNames {
  /** Prefix of the embedding tables. */
  readonly embeddings: string;
  /** The projection of embeddings from E to H; empty if the family has none. */
  readonly projection: string;
  /** Returns the names of an attention sub-layer. */
  attention(set: SetIndex): {
    readonly query: string;
    readonly key: string;
    readonly value: string;
    /** The output projection. */
    readonly dense: string;
    /** The layer normalization after the residual connection. */
    readonly layerNorm: string;
  };
  /** Returns the names of a feed-forward sub-layer. */
  feedForward(set: SetIndex): {
    /** H → intermediate size. */
    readonly intermediate: string;
    /** Intermediate size → H. */
    readonly output: string;
    /** The layer normalization after the residual connection. */
    readonly layerNorm: string;
  };
  /** The dense layer of the pooler. */
  readonly pooler: string;
  /** Parts of the masked-LM head. */
  readonly maskedLanguageHead: {
    readonly dense: string;
    readonly layerNorm: string;
    /** Full name of the output bias. */
    readonly bias: string;
    /** The output matrix. Checkpoints may repeat the tied word embeddings under this name. */
    readonly decoder: string;
  };
  /** The dense layer of the SOP or NSP head. */
  readonly sentenceOrderHead: string;
}
