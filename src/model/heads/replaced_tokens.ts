/**
 * The discriminator head of ELECTRA (Clark et al., arXiv 2003.10555): whether each token is the original one.
 *
 * @module
 */
import {
  concatenateColumns,
  crossEntropy,
  gatherRows,
  linear,
  type LossTarget,
  type Scope,
  temporaryTensor,
  type Tensor,
} from "../../tensor/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import { type DenseSpec, denseSpec, type ParameterSpec } from "../parameters.ts";

/** Parameters by part, named as in transformers' `ElectraForPreTraining`. */
function parts(
  { hiddenSize }: ModelConfig,
): { readonly dense: DenseSpec; readonly output: DenseSpec } {
  return {
    dense: denseSpec("discriminator_predictions.dense", hiddenSize, hiddenSize),
    output: denseSpec("discriminator_predictions.dense_prediction", 1, hiddenSize),
  };
}

/** Returns the parameters of the head: H → H, the model's activation, H → 1. */
export function replacedTokenSpecs(config: ModelConfig): ParameterSpec[] {
  const { dense, output } = parts(config);
  return [dense.weight, dense.bias, output.weight, output.bias];
}

/**
 * Computes the logit that each of some tokens was replaced.
 *
 * @param sequenceOutput `[batch·sequence, H]`
 * @param rows distinct rows of the sequence output, `example·sequence + token`
 * @returns `[rows.length, 1]`
 */
export function replacedTokenLogits(
  scope: Scope,
  { config, parameters }: Encoder,
  sequenceOutput: Tensor,
  rows: Uint32Array,
): Tensor {
  const { dense, output } = parts(config);
  const hidden = resolve(parameters, dense), logit = resolve(parameters, output);
  const tokens = gatherRows(scope, sequenceOutput, rows);
  const inner = linear(scope, tokens, hidden.weight, hidden.bias, config.hiddenAct);
  return linear(scope, inner, logit.weight, logit.bias);
}

/**
 * Adds the binary cross-entropy of some tokens to a loss target, as the cross-entropy of the logits `[0, x]`, which also counts correct answers.
 *
 * @param rows as for {@linkcode replacedTokenLogits}
 * @param replaced 1 for replaced tokens, 0 for original ones, `[rows.length]`
 */
export function replacedTokenLoss(
  scope: Scope,
  encoder: Encoder,
  sequenceOutput: Tensor,
  rows: Uint32Array,
  replaced: Uint32Array,
  target: LossTarget,
): void {
  const logits = replacedTokenLogits(scope, encoder, sequenceOutput, rows);
  const zeros = temporaryTensor(scope.device, logits.shape, "logits of original tokens");
  scope.device.write(zeros.view, new Float32Array(rows.length));
  crossEntropy(scope, concatenateColumns(scope, zeros, logits), replaced, target);
}
