/**
 * Predictions for many examples: sorted by length, so that little padding is computed, and given back in their own order.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import type { Encoder } from "../../model/mod.ts";
import { collateSequences, longestSequence } from "./batch.ts";
import type { FinetuneExample, TaskHead } from "./task.ts";

/**
 * One output for each example. What an output is does not depend on the batch size, but for rounding.
 *
 * @param batchSize examples that the device holds at once
 * @param maxLength no sequence is longer
 * @param onProgress told after each batch how many examples are done
 */
export async function predictAll<E extends FinetuneExample, O>(
  device: Device,
  encoder: Encoder,
  task: TaskHead<E, O>,
  examples: readonly E[],
  batchSize: number,
  maxLength: number,
  onProgress?: (done: number) => void,
): Promise<O[]> {
  const lengths = examples.map(longestSequence);
  const order = examples.map((_, index) => index).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const outputs = new Array<O>(examples.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const batch = collateSequences(
      indices.map((index) => examples[index]),
      encoder.config.padTokenId,
      maxLength,
    );
    const results = await task.predict(device, encoder, batch);
    indices.forEach((index, row) => outputs[index] = results[row]);
    onProgress?.(start + indices.length);
  }
  return outputs;
}
