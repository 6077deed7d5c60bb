/**
 * Predictions of a fine-tuned model and their evaluation.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { gatherValues, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../distributed/mod.ts";
import type { Encoder } from "../model/mod.ts";
import type { NamedReview } from "../runs/mod.ts";
import type { FinetuneExample, FinetuneTask, TaskHead } from "./finetune_task.ts";
import { checkIntegers } from "./settings.ts";
import { collateSequences, longestSequence } from "./sequences.ts";
import type { Evaluation } from "./task.ts";

/**
 * Predicts one output for each example, in order. Batches are sorted by length, so that little padding is computed; apart from rounding, an output does not depend
 * on its batch. Collective: each rank predicts every n-th batch, and all ranks get all outputs.
 *
 * @param batchSize examples per forward pass
 * @param maxLength maximum number of tokens of a sequence
 * @param onProgress receives the number of examples done after each batch
 * @throws {RangeError} if `batchSize` is not a positive integer
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
  checkIntegers(1, { batchSize });
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

/**
 * Predicts and evaluates every held-out set of a task. Metrics of a set with a name end in `_NAME`. Collective.
 *
 * @param batchSize examples per forward pass
 * @param maxLength maximum number of tokens of a sequence
 */
export async function evaluateTask<E extends FinetuneExample, O>(
  device: Device,
  encoder: Encoder,
  task: FinetuneTask<E, O>,
  batchSize: number,
  maxLength: number,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<Evaluation> {
  const metrics: Record<string, number> = {};
  const files = new Map<string, string>();
  const reviews: NamedReview[] = [];
  for (const set of task.heldOut) {
    const outputs = await predictAll(
      device,
      encoder,
      task,
      set.examples,
      batchSize,
      maxLength,
      undefined,
      group,
    );
    const evaluation = task.evaluate(set, outputs);
    for (const [name, value] of Object.entries(evaluation.metrics)) {
      metrics[set.name === "" ? name : `${name}_${set.name}`] = value;
    }
    for (const [name, text] of evaluation.files) files.set(name, text);
    reviews.push({ name: set.name, ...evaluation.review });
  }
  return { metrics, files, reviews, summary: metricText(metrics) };
}

/** Formats metrics: `accuracy 0.9123, f1 0.9345`. */
export function metricText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`).join(", ");
}
