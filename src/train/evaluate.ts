/**
 * Held-out evaluation of a pretraining model: the same masks every time.
 *
 * @module
 */
import type { BatchShape, ExampleSource } from "../data/mod.ts";
import type { Device } from "../device/mod.ts";
import type { PretrainingModel } from "../model/mod.ts";
import { MetricSlots, type PretrainingMetrics } from "./metrics.ts";
import { microBatches, pretrainingInput } from "./trainer.ts";

/** What an evaluation measured, and on how much. */
export interface EvaluationResult extends PretrainingMetrics {
  /** Examples looked at. */
  readonly examples: number;
  /** Masked tokens among them. */
  readonly maskedTokens: number;
  /** Labelled pairs among them. */
  readonly pairs: number;
}

/** Flushes that may be under way before the device is waited for. */
const IN_FLIGHT = 8;

/**
 * Means over the examples `0 … count − 1` of a source.
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
): Promise<EvaluationResult> {
  const batches = microBatches(source, 0, count, microBatchSize, shape);
  const maskedTokens = batches.reduce((sum, batch) => sum + batch.maskedCount, 0);
  const pairs = batches.reduce((sum, batch) => sum + batch.pairCount, 0);
  const metrics = new MetricSlots(device, 1);
  try {
    const targets = metrics.targets(0, maskedTokens, pairs);
    for (const [i, batch] of batches.entries()) {
      model.loss({ device }, pretrainingInput(batch), targets);
      device.flush();
      if (i % IN_FLIGHT === IN_FLIGHT - 1) await device.settled();
    }
    const [result] = await metrics.take(1);
    return { ...result, examples: count, maskedTokens, pairs };
  } finally {
    metrics.free();
  }
}
