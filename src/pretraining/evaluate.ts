/**
 * Evaluation of a pretraining model on held-out examples, whose masks are the same every time.
 *
 * @module
 */
import { type BatchShape, collate, type Example, type ExampleSource } from "../data/mod.ts";
import type { Device } from "../device/mod.ts";
import {
  partOf,
  type ProcessGroup,
  SINGLE_PROCESS_GROUP,
  sumFieldsOverRanks,
  sumOverRanks,
} from "../distributed/mod.ts";
import type { Encoder } from "../model/mod.ts";
import { MetricRing } from "../train/mod.ts";
import { PRETRAINING, PRETRAINING_LOSSES, stepBatchesOf } from "./objective.ts";

/** Means over the examples of an evaluation. */
export interface PretrainingEvaluation {
  /** Masked-LM loss, in nats. */
  readonly maskedLoss: number;
  /** Fraction of masked tokens whose most probable prediction is correct. */
  readonly maskedAccuracy: number;
  /** Sentence-order or next-sentence loss, in nats. */
  readonly pairLoss: number;
  /** Fraction of pairs that are classified correctly. */
  readonly pairAccuracy: number;
  /** Number of examples. */
  readonly examples: number;
  /** Number of masked tokens. */
  readonly maskedTokens: number;
  /** Number of pairs with a label. */
  readonly pairs: number;
  /**
   * Pair accuracy on examples that were not truncated; NaN without such examples. A truncated segment gives the order away, so that at short lengths only this
   * accuracy is meaningful.
   */
  readonly wholePairAccuracy: number;
  /** Number of pairs with a label that were not truncated. */
  readonly wholePairs: number;
}

/** Flushes after which the device is waited for. */
const IN_FLIGHT = 8;
/** Slots of the metrics. */
const TRUNCATED = 0;
const WHOLE = 1;

/**
 * Evaluates the examples `0 … count − 1` of a source. Collective: each rank evaluates its part.
 *
 * @param encoder a model with the heads of pretraining, such as the `model` of a trainer
 * @param source held-out examples, such as an `ExampleDataset` of other text
 * @param microBatchSize examples per forward pass
 * @param shape the sequence length and the most masked tokens of an example, to which batches are padded
 */
export async function evaluatePretraining(
  device: Device,
  encoder: Encoder,
  source: ExampleSource,
  count: number,
  microBatchSize: number,
  shape: BatchShape,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<PretrainingEvaluation> {
  const { start: first, end } = partOf(group, count);
  const examples = Array.from(
    { length: end - first },
    (_, index) => source.exampleAt(first + index),
  );
  const groups = [TRUNCATED, WHOLE].map((slot) =>
    examples.filter(({ truncated }) => truncated === (slot === TRUNCATED))
  );
  const [maskedTokens, pairs, wholePairs] = await sumOverRanks(group, [
    total(examples, ({ maskedPositions }) => maskedPositions.length),
    total(examples, ({ pairLabel }) => Number(pairLabel >= 0)),
    total(groups[WHOLE], ({ pairLabel }) => Number(pairLabel >= 0)),
  ]);
  const metrics = new MetricRing(device, PRETRAINING_LOSSES, groups.length);
  try {
    let flushes = 0;
    for (const [slot, group] of groups.entries()) {
      const targets = metrics.targets(slot, [maskedTokens, pairs]);
      for (let start = 0; start < group.length; start += microBatchSize) {
        const [batch] = stepBatchesOf([collate(group.slice(start, start + microBatchSize), shape)]);
        PRETRAINING.loss({ device }, encoder, batch, targets);
        device.flush();
        // Signals are received between batches, also on a device that computes in flush().
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (++flushes % IN_FLIGHT === 0) await device.settled();
      }
    }
    const [truncated, whole] = await sumFieldsOverRanks(group, await metrics.take(groups.length));
    return {
      maskedLoss: truncated.loss_mlm + whole.loss_mlm,
      maskedAccuracy: truncated.accuracy_mlm + whole.accuracy_mlm,
      pairLoss: truncated.loss_pair + whole.loss_pair,
      pairAccuracy: truncated.accuracy_pair + whole.accuracy_pair,
      examples: count,
      maskedTokens,
      pairs,
      wholePairAccuracy: (whole.accuracy_pair * pairs) / wholePairs,
      wholePairs,
    };
  } finally {
    metrics.free();
  }
}

function total(examples: readonly Example[], of: (example: Example) => number): number {
  return examples.reduce((sum, example) => sum + of(example), 0);
}

/**
 * Returns the same examples with only the `[MASK]` tokens to predict. Masking leaves 10% of the tokens to predict unchanged. A model can copy them, which lowers the
 * loss over all predicted tokens far below the unigram entropy before the model has learned to use context.
 *
 * @param mask id of `[MASK]`
 */
export function onlyMaskTokens(source: ExampleSource, mask: number): ExampleSource {
  return {
    exampleAt(index): Example {
      const example = source.exampleAt(index);
      const masked = Array.from(example.maskedPositions.keys())
        .filter((i) => example.inputIds[example.maskedPositions[i]] === mask);
      const select = (ids: Uint32Array) => Uint32Array.from(masked, (i) => ids[i]);
      return {
        ...example,
        maskedPositions: select(example.maskedPositions),
        maskedLabels: select(example.maskedLabels),
      };
    },
  };
}
