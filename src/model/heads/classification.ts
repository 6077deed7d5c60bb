/**
 * Heads with a single dense layer: sequence classification and regression, multiple choice, span extraction.
 *
 * @module
 */
import {
  dropout,
  linear,
  reshapeRecorded,
  type Scope,
  type Tensor,
  transpose,
} from "../../tensor/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import { denseSpec, type ParameterSpec } from "../parameters.ts";

const CLASSIFIER = "classifier";
const SPAN = "qa_outputs";
/** A start logit and an end logit per token. */
const SPAN_OUTPUTS = 2;

/** Returns the parameters of a classifier with `labels` outputs (1 for regression and multiple choice). */
export function classifierSpecs(config: ModelConfig, labels: number): ParameterSpec[] {
  return Object.values(denseSpec(CLASSIFIER, labels, config.hiddenSize));
}

/**
 * Computes `W·dropout(pooled) + b`.
 *
 * @param pooled `[batch, H]`
 * @returns `[batch, labels]`
 */
export function classifierLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  pooled: Tensor,
  labels: number,
): Tensor {
  const { weight, bias } = resolve(parameters, denseSpec(CLASSIFIER, labels, config.hiddenSize));
  const dropped = dropout(scope, pooled, config.classifierDropoutProb, 1);
  return linear(scope, dropped, weight, bias);
}

/**
 * Computes a logit for each choice. The choices of a question are consecutive examples.
 *
 * @param pooled `[questions·choices, H]`
 * @returns `[questions, choices]`
 */
export function multipleChoiceLogits(
  scope: Scope,
  encoder: Encoder,
  pooled: Tensor,
  choices: number,
): Tensor {
  const scores = classifierLogits(scope, encoder, pooled, 1);
  return reshapeRecorded(scope, scores, [pooled.shape[0] / choices, choices]);
}

/** Returns the parameters of the span head. */
export function spanSpecs(config: ModelConfig): ParameterSpec[] {
  return Object.values(denseSpec(SPAN, SPAN_OUTPUTS, config.hiddenSize));
}

/**
 * Computes the start and end logits of each token.
 *
 * @param sequenceOutput `[batch·sequence, H]`
 * @returns `[2·batch, sequence]`: the start logits of all examples, then the end logits
 */
export function spanLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  sequenceOutput: Tensor,
  batch: number,
): Tensor {
  const { weight, bias } = resolve(parameters, denseSpec(SPAN, SPAN_OUTPUTS, config.hiddenSize));
  const scores = transpose(scope, linear(scope, sequenceOutput, weight, bias));
  return reshapeRecorded(scope, scores, [SPAN_OUTPUTS * batch, sequenceOutput.shape[0] / batch]);
}
