/**
 * Collates examples into arrays of fixed shape for a training step.
 *
 * @module
 */
import type { Example } from "./example.ts";
import type { ExampleSource } from "./example_dataset.ts";

/** A label that the loss ignores. */
export const IGNORED_LABEL = 0xffffffff;

/** A batch of B examples of S tokens, with at most P predictions per example. */
export interface PretrainingBatch {
  /** Number of examples, B. */
  readonly examples: number;
  /** Sequence length, S; every row is padded to it. */
  readonly sequenceLength: number;
  /** [B·S] token ids, with padding after the end of an example. */
  readonly inputIds: Uint32Array;
  /** [B·S] 0 for the first segment and padding, 1 for the second segment. */
  readonly tokenTypeIds: Uint32Array;
  /** [B] number of tokens of each example, without padding. Attention is limited to them. */
  readonly lengths: Uint32Array;
  /** Number of predictions: the leading entries of the next two arrays. */
  readonly maskedCount: number;
  /**
   * [B·P] rows b·S + p to predict, in ascending order. The entries after `maskedCount` are other
   * distinct rows, so that a scatter may write to all of them, as far as there are any.
   */
  readonly maskedRows: Uint32Array;
  /** [B·P] ids to predict; {@linkcode IGNORED_LABEL} after `maskedCount`. */
  readonly maskedLabels: Uint32Array;
  /** Number of examples with a pair label. */
  readonly pairCount: number;
  /** [B] 0 for the original order, 1 for swapped or random; {@linkcode IGNORED_LABEL} without a pair. */
  readonly pairLabels: Uint32Array;
  /** [B] 1 for truncated examples, whose ends can reveal the order of the pair. */
  readonly truncated: Uint8Array;
}

/** Shape of a batch. */
export interface BatchShape {
  /** S, at least the length of the longest example. */
  readonly sequenceLength: number;
  /** P, at least the largest number of predictions per example. */
  readonly maxPredictions: number;
  /** Id of the padding token. */
  readonly padId: number;
}

/**
 * Collates examples.
 *
 * @param examples B examples.
 * @param shape The shape, the same for every batch of a run, so that shaders are compiled once.
 * @returns The batch.
 * @throws {RangeError} If an example is longer or has more predictions than the shape allows.
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
          `predictions does not fit a batch of ${sequenceLength} tokens and ${maxPredictions} predictions`,
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
 * Builds the batch of `count` examples from `first`, with numbers `stride` apart.
 *
 * @param source The examples.
 * @param first Number of the first example.
 * @param count B.
 * @param shape The shape.
 * @param stride Difference between the examples' numbers; 1 by default.
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
 * @param source The examples.
 * @param first Number of the first example.
 * @param count Number of examples.
 * @param microBatchSize Maximum number of examples per batch.
 * @param shape The shape.
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

/** Fills the entries after `used` with rows that differ from the used ones, which are in ascending order. */
function fillWithFreeRows(maskedRows: Uint32Array, used: number, rows: number): void {
  let row = 0, next = 0;
  for (let i = used; i < maskedRows.length && row < rows; row++) {
    if (next < used && maskedRows[next] === row) next++;
    else maskedRows[i++] = row;
  }
}
