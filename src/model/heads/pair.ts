/**
 * The pair head: two classes from the pooled output. Sentence order: 0 = in order, 1 = swapped. Next sentence: 0 = follows, 1 = random. No dropout, as
 * google-research/albert has it.
 *
 * @module
 */
import { linear, type Scope, type Tensor } from "../../tensor/mod.ts";
import type { ModelConfig } from "../config.ts";
import { type Encoder, resolve } from "../encoder.ts";
import { partNames } from "../names.ts";
import { denseSpec, type ParameterSpec } from "../parameter.ts";

const CLASSES = 2;

/** Parameters of the head. */
export function pairSpecs(config: ModelConfig): ParameterSpec[] {
  return Object.values(denseSpec(partNames(config.arch).pairHead, CLASSES, config.hiddenSize));
}

/**
 * Logits of the two classes.
 *
 * @param pooled `[batch, hidden]`
 * @returns `[batch, 2]`
 */
export function pairLogits(scope: Scope, { config, parameters }: Encoder, pooled: Tensor): Tensor {
  const spec = denseSpec(partNames(config.arch).pairHead, CLASSES, config.hiddenSize);
  const { weight, bias } = resolve(parameters, spec);
  return linear(scope, pooled, weight, bias);
}
