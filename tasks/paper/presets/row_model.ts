/**
 * The model of a row and the cost of training it, at a preset's size.
 *
 * @module
 */
import { MASKED_LM_PROB } from "../../../src/data/mod.ts";
import { ALBERT_DEFAULTS, type ModelConfig, validateConfig } from "../../../src/model/mod.ts";
import type { Experiment, Row, Variation } from "../experiment.ts";
import { PAPER } from "./paper.ts";
import {
  PAPER_EMBEDDING,
  PAPER_SHAPES,
  PAPER_STEPS,
  PAPER_VOCABULARY,
  type Preset,
} from "./preset.ts";

/**
 * The configuration of a row's model.
 *
 * @throws {RangeError} If the preset has no mapping for a size of the row.
 */
export function rowConfig(preset: Preset, variation: Variation, vocabSize: number): ModelConfig {
  const { model } = variation;
  const bert = model.startsWith("bert-");
  const shape = PAPER_SHAPES[model];
  const paperHidden = variation.hiddenSize ?? shape.hidden;
  const paperEmbedding = variation.embeddingSize ?? (bert ? paperHidden : PAPER_EMBEDDING);
  const hiddenSize = mapped(preset, "hidden", paperHidden);
  const numHiddenLayers = mapped(preset, "layers", variation.layers ?? shape.layers);
  const wide = paperEmbedding === paperHidden;
  const share = variation.share ?? (bert ? "none" : "all");
  const dropout = variation.dropout ?? preset.dropout;
  return validateConfig({
    ...ALBERT_DEFAULTS,
    vocabSize,
    embeddingSize: wide ? hiddenSize : mapped(preset, "embedding", paperEmbedding),
    // The published code has no projection if E = H.
    embeddingProjection: !wide,
    hiddenSize,
    numHiddenLayers,
    numAttentionHeads: hiddenSize / preset.headWidth,
    intermediateSize: 4 * hiddenSize,
    share,
    numHiddenGroups: share === "all" ? 1 : numHiddenLayers,
    hiddenDropoutProb: dropout,
    attentionProbsDropoutProb: dropout,
    maxPositionEmbeddings: preset.maxPositionEmbeddings,
    initializerRange: preset.initializerRange(hiddenSize),
    pairObjective: variation.pairObjective ?? (bert ? "nsp" : "sop"),
  });
}

/** The configuration of a row's model at the paper's size. */
export function paperConfig(variation: Variation): ModelConfig {
  return rowConfig(PAPER, variation, PAPER_VOCABULARY);
}

/** Optimizer steps of a row: in proportion to the paper's, or, with `equalTimeWith`, as many as cost the same arithmetic as the other row's. */
export function rowSteps(preset: Preset, { rows }: Pick<Experiment, "rows">, row: Row): number {
  const { steps = PAPER_STEPS, equalTimeWith } = row.variation!;
  if (preset === PAPER || equalTimeWith === undefined) {
    return Math.round(
      preset.pretraining.steps * Math.min(steps / PAPER_STEPS, preset.pretraining.longest),
    );
  }
  const other = rows.find(({ id }) => id === equalTimeWith)!;
  const cost = ({ variation }: Row) =>
    trainingFlops(
      rowConfig(preset, variation!, preset.vocabSize),
      preset.pretraining.batchSize,
      preset.pretraining.maxSeqLength,
      preset.pretraining.maskedLmProb,
    );
  return Math.round((rowSteps(preset, { rows }, other) * cost(other)) / cost(row));
}

function mapped(preset: Preset, what: "hidden" | "layers" | "embedding", paper: number): number {
  const size = preset[what][paper];
  if (size === undefined) {
    throw new RangeError(`Preset ${preset.name} has no mapping for ${what} = ${paper}`);
  }
  return size;
}

/** The backward pass has two matrix multiplications for each one of the forward pass. */
const FORWARD_AND_BACKWARD = 3;

/** Floating-point operations of the encoder's forward pass per token, without the masked-LM head. Only matrix multiplications count. */
export function encoderFlopsPerToken(config: ModelConfig, sequenceLength: number): number {
  const { hiddenSize: h, intermediateSize: f, numHiddenLayers: layers, embeddingSize: e } = config;
  const projection = config.embeddingProjection ? e * h : 0;
  const layer = 4 * h * h + 2 * h * f + 2 * sequenceLength * h;
  return 2 * (projection + layers * layer);
}

/** Floating-point operations of a pretraining step. */
export function trainingFlops(
  config: ModelConfig,
  batchSize: number,
  sequenceLength: number,
  maskedLmProb: number = MASKED_LM_PROB,
): number {
  const { hiddenSize: h, embeddingSize: e, vocabSize } = config;
  const maskedHead = 2 * maskedLmProb * (h * e + e * vocabSize);
  const perToken = encoderFlopsPerToken(config, sequenceLength) + maskedHead;
  return FORWARD_AND_BACKWARD * batchSize * sequenceLength * perToken;
}
