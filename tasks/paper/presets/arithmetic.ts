/**
 * What a training step costs, counted in products of matrices.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";

/** Backward takes two products for each of forward. */
const FORWARD_AND_BACKWARD = 3;
/** Tokens of an example that are masked. */
const MASKED = 0.15;

/** Floating point operations of the forward pass over a token of a sequence, heads for masked words left out. */
export function encoderFlopsPerToken(config: ModelConfig, sequenceLength: number): number {
  const { hiddenSize: h, intermediateSize: f, numHiddenLayers: layers, embeddingSize: e } = config;
  const projection = config.embeddingProjection ? e * h : 0;
  const layer = 4 * h * h + 2 * h * f + 2 * sequenceLength * h;
  return 2 * (projection + layers * layer);
}

/** Floating point operations of a pretraining step. */
export function trainingFlops(
  config: ModelConfig,
  batchSize: number,
  sequenceLength: number,
): number {
  const { hiddenSize: h, embeddingSize: e, vocabSize } = config;
  const maskedHead = 2 * MASKED * (h * e + e * vocabSize);
  const perToken = encoderFlopsPerToken(config, sequenceLength) + maskedHead;
  return FORWARD_AND_BACKWARD * batchSize * sequenceLength * perToken;
}
