/**
 * A model's word on every window of a dataset.
 *
 * @module
 */
import { collateWindows } from "./batch.ts";
import type { WindowScores } from "./decode.ts";
import type { SquadWindow } from "./features.ts";
import type { SquadModel } from "./model.ts";
import type { SquadDataset } from "./reader.ts";

/** How {@linkcode scoreWindows} goes about it. */
export interface ScoreWindowsOptions {
  /** Windows that the device holds at once. */
  readonly batchSize: number;
  /** Is told after each batch how many windows are done. */
  onProgress?(done: number): void;
  /** Stops between batches. */
  readonly signal?: AbortSignal;
}

/** Batches are padded to a multiple of this. */
const BUCKET = 32;

/**
 * Scores all windows, those of like length together. The scores do not depend on the batch size, but for float32 rounding.
 *
 * @returns one entry a window, in their order
 * @throws {RangeError} when the model's numbers are NaN, naming the question.
 * @throws the signal's reason when it is aborted.
 */
export async function scoreWindows(
  model: SquadModel,
  { questions }: SquadDataset,
  windows: readonly SquadWindow[],
  { batchSize, onProgress, signal }: ScoreWindowsOptions,
): Promise<WindowScores[]> {
  const length = (index: number) => windows[index].inputIds.length;
  const order = Array.from(windows.keys()).sort((a, b) => length(a) - length(b) || a - b);
  const scores: WindowScores[] = new Array(windows.length);
  for (let first = 0; first < order.length; first += batchSize) {
    signal?.throwIfAborted();
    const chosen = order.slice(first, first + batchSize);
    const longest = length(chosen.at(-1)!);
    const sequence = Math.min(
      Math.ceil(longest / BUCKET) * BUCKET,
      Math.max(model.config.maxPositionEmbeddings, longest),
    );
    const batch = collateWindows(
      chosen.map((index) => windows[index]),
      sequence,
      model.config.padTokenId,
    );
    for (const [i, result] of (await model.scores(batch)).entries()) {
      if (Number.isNaN(result.noAnswer)) {
        const { id } = questions[windows[chosen[i]].question];
        throw new RangeError(`question ${id}: the model's scores are NaN`);
      }
      scores[chosen[i]] = result;
    }
    onProgress?.(Math.min(first + batchSize, order.length));
  }
  return scores;
}
