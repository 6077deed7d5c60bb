/**
 * Held-out evaluation of a pretraining model: the same masks every time.
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
import type { PretrainingModel } from "../model/mod.ts";
import { MetricSlots, type PretrainingMetrics } from "./metrics.ts";
import { pretrainingInput } from "./trainer.ts";

/** What an evaluation measured, and on how much. */
export interface EvaluationResult extends PretrainingMetrics {
  /** Examples looked at. */
  readonly examples: number;
  /** Masked tokens among them. */
  readonly maskedTokens: number;
  /** Labeled pairs among them. */
  readonly pairs: number;
  /**
   * Pair accuracy on examples that were not cut to fit. Where a segment was cut gives the order away, so at short lengths this is the figure that means
   * something; NaN without such examples.
   */
  readonly wholePairAccuracy: number;
  /** Labeled pairs that were not cut. */
  readonly wholePairs: number;
}

/** Flushes that may be under way before the device is waited for. */
const IN_FLIGHT = 8;
/** Metric slots: examples that were cut, examples that were not. */
const CUT = 0;
const WHOLE = 1;

/**
 * Means over the examples `0 … count − 1` of a source. Collective where there are several ranks: each looks at its part.
 *
 * @param count examples to look at
 * @param microBatchSize examples that the device holds at once
 */
export async function evaluate(
  device: Device,
  model: PretrainingModel,
  source: ExampleSource,
  count: number,
  microBatchSize: number,
  shape: BatchShape,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<EvaluationResult> {
  const { start: first, end } = partOf(group, count);
  const examples = Array.from(
    { length: end - first },
    (_, index) => source.exampleAt(first + index),
  );
  const groups = [CUT, WHOLE].map((slot) =>
    examples.filter(({ truncated }) => truncated === (slot === CUT))
  );
  const [maskedTokens, pairs, wholePairs] = await sumOverRanks(group, [
    total(examples, ({ maskedPositions }) => maskedPositions.length),
    total(examples, ({ pairLabel }) => Number(pairLabel >= 0)),
    total(groups[WHOLE], ({ pairLabel }) => Number(pairLabel >= 0)),
  ]);
  const metrics = new MetricSlots(device, groups.length);
  try {
    let flushes = 0;
    for (const [slot, group] of groups.entries()) {
      const targets = metrics.targets(slot, maskedTokens, pairs);
      for (let start = 0; start < group.length; start += microBatchSize) {
        const batch = collate(group.slice(start, start + microBatchSize), shape);
        model.loss({ device }, pretrainingInput(batch), targets);
        device.flush();
        // Signals are heard between batches, also where a flush computes at once.
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (++flushes % IN_FLIGHT === 0) await device.settled();
      }
    }
    const [cut, whole] = await sumFieldsOverRanks(group, await metrics.take(groups.length));
    return {
      maskedLoss: cut.maskedLoss + whole.maskedLoss,
      maskedAccuracy: cut.maskedAccuracy + whole.maskedAccuracy,
      pairLoss: cut.pairLoss + whole.pairLoss,
      pairAccuracy: cut.pairAccuracy + whole.pairAccuracy,
      examples: count,
      maskedTokens,
      pairs,
      wholePairAccuracy: (whole.pairAccuracy * pairs) / wholePairs,
      wholePairs,
    };
  } finally {
    metrics.free();
  }
}

function total(examples: readonly Example[], of: (example: Example) => number): number {
  return examples.reduce((sum, example) => sum + of(example), 0);
}
