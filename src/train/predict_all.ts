/**
 * Predictions for many examples: sorted by length, so that little padding is computed, and given back in their own order.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { gatherValues, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../distributed/mod.ts";
import type { Encoder } from "../model/mod.ts";
import { collateSequences, longestSequence } from "./sequences.ts";
import type { FinetuneExample, TaskHead } from "./finetune_task.ts";

/**
 * One output for each example. What an output is does not depend on the batch size, but for rounding. Collective where there are several ranks: they take the
 * batches in turn, and each has all outputs in the end.
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
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<O[]> {
  const lengths = examples.map(longestSequence);
  const order = examples.map((_, index) => index).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const own: [index: number, output: O][] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    if ((start / batchSize) % group.size !== group.rank) continue;
    const indices = order.slice(start, start + batchSize);
    const batch = collateSequences(
      indices.map((index) => examples[index]),
      encoder.config.padTokenId,
      maxLength,
    );
    const results = await task.predict(device, encoder, batch);
    indices.forEach((index, row) => own.push([index, results[row]]));
    onProgress?.(start + indices.length);
  }
  const outputs = new Array<O>(examples.length);
  for (const [index, output] of (await gatherValues(group, own)).flat()) outputs[index] = output;
  return outputs;
}
