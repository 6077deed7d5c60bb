/**
 * From what a row varies to a model and its training, at a preset's size.
 *
 * @module
 */
import { ALBERT_DEFAULTS, type ModelConfig, validateConfig } from "../../../src/model/mod.ts";
import type { Experiment, Row, Variation } from "../experiment.ts";
import { trainingFlops } from "./arithmetic.ts";
import { PAPER } from "./paper.ts";
import {
  PAPER_EMBEDDING,
  PAPER_SHAPES,
  PAPER_STEPS,
  PAPER_VOCABULARY,
  type Preset,
} from "./preset.ts";

/**
 * The model of a row.
 *
 * @throws {RangeError} for a size that the preset does not map.
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
    // The published code has no projection where E = H.
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

/** The model of a row at the paper's own size. */
export function paperConfig(variation: Variation): ModelConfig {
  return rowConfig(PAPER, variation, PAPER_VOCABULARY);
}

/** Optimizer steps of a row: the paper's in proportion, or, where two rows are to cost the same, as many as the other's arithmetic pays for. */
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
    );
  return Math.round((rowSteps(preset, { rows }, other) * cost(other)) / cost(row));
}

function mapped(preset: Preset, what: "hidden" | "layers" | "embedding", paper: number): number {
  const size = preset[what][paper];
  if (size === undefined) {
    throw new RangeError(`The preset ${preset.name} maps no ${what} of ${paper}`);
  }
  return size;
}
