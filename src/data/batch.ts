/**
 * Puts examples together in arrays of fixed shape, as a training step wants them.
 *
 * @module
 */
import type { Example } from "./example.ts";
import type { ExampleSource } from "./example_dataset.ts";

/** Marks a label that the loss leaves out. */
export const IGNORED_LABEL = 0xffffffff;

/** Examples as arrays. B examples of S tokens, at most P predictions an example. */
export interface PretrainingBatch {
  /** B. */
  readonly examples: number;
  /** S: every row is filled up to it. */
  readonly sequenceLength: number;
  /** [B·S] ids, `pad` beyond an example's end. */
  readonly inputIds: Uint32Array;
  /** [B·S] 0 in the first segment and in padding, 1 in the second. */
  readonly tokenTypeIds: Uint32Array;
  /** [B] the number of tokens of each example. Attention sees these and no padding. */
  readonly lengths: Uint32Array;
  /** How many tokens are to be predicted: the leading entries of the next two arrays. */
  readonly maskedCount: number;
  /**
   * [B·P] rows b·S + p to predict, rising. The entries past `maskedCount` are other, distinct rows
   * (a scatter may write to all of them), as long as there are any.
   */
  readonly maskedRows: Uint32Array;
  /** [B·P] the ids to predict; {@linkcode IGNORED_LABEL} past `maskedCount`. */
  readonly maskedLabels: Uint32Array;
  /** How many examples have a pair label. */
  readonly pairCount: number;
  /** [B] 0 in order, 1 swapped or random; {@linkcode IGNORED_LABEL} without a pair. */
  readonly pairLabels: Uint32Array;
  /** [B] 1 where an example was cut to fit; cut ends can give a pair's order away. */
  readonly truncated: Uint8Array;
}

/** Shapes of a batch. */
export interface BatchShape {
  /** S, at least the longest example. */
  readonly sequenceLength: number;
  /** P, at least the most predictions of an example. */
  readonly maxPredictions: number;
  /** The id that fills rows up. */
  readonly padId: number;
}

/**
 * Collates examples.
 *
 * @param examples B examples.
 * @param shape The shapes; the same for every batch of a run, so that nothing is compiled anew.
 * @returns The batch.
 * @throws {RangeError} When an example is longer or has more predictions than the shape allows.
 */
export function collate(examples: readonly Example[], shape: BatchShape): PretrainingBatch {
  const { sequenceLength, maxPredictions, padId } = shape;
  const rows = examples.length * sequenceLength;
  const inputIds = new Uint32Array(rows).fill(padId);
  const tokenTypeIds = new Uint32Array(rows);
  const lengths = new Uint32Array(examples.length);
  const maskedRows = new Uint32Array(examples.length * maxPredictions);
  const maskedLabels = new Uint32Array(examples.length * maxPredictions).fill(IGNORED_LABEL);
  const pairLabels = new Uint32Array(examples.length).fill(IGNORED_LABEL);
  const truncated = new Uint8Array(examples.length);
  let maskedCount = 0, pairCount = 0;
  examples.forEach((example, b) => {
    if (example.length > sequenceLength || example.maskedPositions.length > maxPredictions) {
      throw new RangeError(
        `An example of ${example.length} tokens with ${example.maskedPositions.length} ` +
          `predictions does not fit a batch of ${sequenceLength} and ${maxPredictions}`,
      );
    }
    const row = b * sequenceLength;
    inputIds.set(example.inputIds, row);
    tokenTypeIds.set(example.tokenTypeIds, row);
    lengths[b] = example.length;
    maskedLabels.set(example.maskedLabels, maskedCount);
    for (const position of example.maskedPositions) maskedRows[maskedCount++] = row + position;
    if (example.pairLabel >= 0) {
      pairLabels[b] = example.pairLabel;
      pairCount++;
    }
    truncated[b] = Number(example.truncated);
  });
  fillWithFreeRows(maskedRows, maskedCount, rows);
  return {
    examples: examples.length,
    sequenceLength,
    inputIds,
    tokenTypeIds,
    lengths,
    maskedCount,
    maskedRows,
    maskedLabels,
    pairCount,
    pairLabels,
    truncated,
  };
}

/**
 * Builds the batch of the examples `first` to `first + count - 1`, each `stride` apart.
 *
 * @param source Gives the examples.
 * @param first The first example's number.
 * @param count B.
 * @param shape The shapes.
 * @param stride The distance of the examples' numbers; 1 where absent.
 * @returns The batch.
 */
export function batchAt(
  source: ExampleSource,
  first: number,
  count: number,
  shape: BatchShape,
  stride: number = 1,
): PretrainingBatch {
  const examples = Array.from({ length: count }, (_, i) => source.exampleAt(first + i * stride));
  return collate(examples, shape);
}

/**
 * Builds the batches of the examples `first` to `first + count - 1`.
 *
 * @param source Gives the examples.
 * @param first The first example's number.
 * @param count How many examples.
 * @param microBatchSize At most so many to a batch.
 * @param shape The shapes.
 * @returns The batches, in order.
 */
export function microBatches(
  source: ExampleSource,
  first: number,
  count: number,
  microBatchSize: number,
  shape: BatchShape,
): PretrainingBatch[] {
  const batches: PretrainingBatch[] = [];
  for (let start = 0; start < count; start += microBatchSize) {
    const size = Math.min(microBatchSize, count - start);
    batches.push(batchAt(source, first + start, size, shape));
  }
  return batches;
}

/** Fills the entries past `used` with rows that are not among the used ones, which rise. */
function fillWithFreeRows(maskedRows: Uint32Array, used: number, rows: number): void {
  let row = 0, next = 0;
  for (let i = used; i < maskedRows.length && row < rows; row++) {
    if (next < used && maskedRows[next] === row) next++;
    else maskedRows[i++] = row;
  }
}
