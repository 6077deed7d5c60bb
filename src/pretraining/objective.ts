/**
 * The pretraining objective: masked-LM loss and, unless the pair objective is `none`, sentence-order or next-sentence loss.
 *
 * @module
 */
import {
  type BatchShape,
  collate,
  type Example,
  type ExampleSource,
  microBatches,
  type PretrainingBatch,
} from "../data/mod.ts";
import type { PlannedUse } from "../device/mod.ts";
import { partOf, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../distributed/mod.ts";
import {
  countParameters,
  encoderSpecs,
  type ModelConfig,
  type PretrainingInput,
  pretrainingLoss,
  pretrainingSpecs,
} from "../model/mod.ts";
import { type Objective, planStep, type StepPlanOptions, type TaskBatch } from "../train/mod.ts";

/** A micro-batch of pretraining. */
export interface PretrainingStepBatch extends TaskBatch {
  /** Input of the model. */
  readonly input: PretrainingInput;
  /** Number of masked tokens. */
  readonly maskedCount: number;
  /** Number of pairs with a label. */
  readonly pairCount: number;
}

/** Names of the losses. */
export const PRETRAINING_LOSSES = ["mlm", "pair"] as const;

/** Masked-LM loss and SOP or NSP loss, logged as `loss_mlm` and `loss_pair`. */
export const PRETRAINING: Objective<PretrainingStepBatch> = {
  losses: PRETRAINING_LOSSES,
  specs: pretrainingSpecs,
  counts: (batches) => [
    batches.reduce((sum, { maskedCount }) => sum + maskedCount, 0),
    batches.reduce((sum, { pairCount }) => sum + pairCount, 0),
  ],
  loss: (scope, encoder, { input }, [maskedLanguage, sentenceOrder]) =>
    pretrainingLoss(scope, encoder, input, { maskedLanguage, sentenceOrder }),
};

/** Returns a collated batch as input of the model. */
export function pretrainingInput(batch: PretrainingBatch): PretrainingInput {
  return {
    batch: batch.examples,
    sequence: batch.sequenceLength,
    inputIds: batch.inputIds,
    tokenTypeIds: batch.tokenTypeIds,
    lengths: batch.lengths,
    maskedPositions: batch.maskedRows,
    maskedLabels: batch.maskedLabels,
    sentenceOrderLabels: batch.pairLabels,
  };
}

/**
 * Makes collated batches the micro-batches of a step.
 *
 * @param firstExample index of their first example in the step's whole batch
 */
export function stepBatchesOf(
  batches: readonly PretrainingBatch[],
  firstExample: number = 0,
): PretrainingStepBatch[] {
  let firstRow = firstExample;
  return batches.map((batch) => {
    const { examples, sequenceLength, maskedCount, pairCount } = batch;
    const own = {
      input: pretrainingInput(batch),
      maskedCount,
      pairCount,
      firstRow,
      tokens: examples * sequenceLength,
    };
    firstRow += examples;
    return own;
  });
}

/**
 * Builds a rank's micro-batches of a step: its part of the examples `step·batchSize … (step + 1)·batchSize − 1`.
 *
 * @param step optimizer step, from 0
 */
export function pretrainingBatches(
  source: ExampleSource,
  step: number,
  { batchSize, microBatchSize = batchSize }: {
    readonly batchSize: number;
    readonly microBatchSize?: number;
  },
  shape: BatchShape,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): PretrainingStepBatch[] {
  const { start, end } = partOf(group, batchSize);
  const first = step * batchSize + start;
  return stepBatchesOf(microBatches(source, first, end - start, microBatchSize, shape), start);
}

/** Builds a micro-batch of full-length examples with different tokens, so that the embedding's gradient needs as much memory as possible. */
export function largestPretrainingBatch(
  { vocabSize }: ModelConfig,
  examples: number,
  shape: BatchShape,
): PretrainingStepBatch {
  const { sequenceLength, maxPredictions } = shape;
  const example: Example = {
    inputIds: Uint32Array.from({ length: sequenceLength }, (_, i) => i % vocabSize),
    tokenTypeIds: new Uint8Array(sequenceLength),
    length: sequenceLength,
    maskedPositions: Uint32Array.from({ length: maxPredictions }, (_, i) => i + 1),
    maskedLabels: new Uint32Array(maxPredictions),
    pairLabel: 0,
    truncated: false,
  };
  return stepBatchesOf([collate(Array(examples).fill(example), shape)])[0];
}

/** The planned step of a configuration. */
export interface StepPlan extends PlannedUse {
  /** Number of parameters of the encoder with pooler. */
  readonly encoderParameters: number;
  /** Number of parameters with the pretraining heads. */
  readonly pretrainingParameters: number;
  /** Examples of the micro-batch. */
  readonly batchSize: number;
  /** Tokens per example. */
  readonly sequenceLength: number;
}

/**
 * Counts the parameters of a configuration and plans a pretraining step of one micro-batch; see {@linkcode planStep}.
 *
 * @param maxPredictions masked tokens per example
 * @throws {RangeError} if a tensor exceeds the limits, with the name of the tensor.
 */
export function planPretrainingStep(
  config: ModelConfig,
  batchSize: number,
  sequenceLength: number,
  maxPredictions: number,
  options: StepPlanOptions = {},
): StepPlan {
  const shape = { sequenceLength, maxPredictions, padId: config.padTokenId };
  const batch = largestPretrainingBatch(config, batchSize, shape);
  return {
    ...planStep(config, PRETRAINING, batch, options),
    encoderParameters: countParameters(encoderSpecs(config)),
    pretrainingParameters: countParameters(pretrainingSpecs(config)),
    batchSize,
    sequenceLength,
  };
}
