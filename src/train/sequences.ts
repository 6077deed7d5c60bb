/**
 * Batches of sequences of any length, padded to one of a few lengths, and the order of training examples.
 *
 * @module
 */
import { RandomStream } from "../tensor/random/mod.ts";
import type { FinetuneBatch, FinetuneExample } from "./finetune_task.ts";

/** The random stream of the order of examples. */
const STREAM = 0x66696e65;

/** Batches whose examples are sorted by length together, as in transformers. */
const GROUPED_BATCHES = 50;

/** Padded lengths: few, so that memory is reused, and closer together where most examples are. */
const BUCKETS: readonly number[] = [
  ...[8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128],
  ...[160, 192, 224, 256, 320, 384, 448, 512],
];

/** Returns the padded length of a batch whose longest sequence has `length` tokens. */
export function bucketLength(length: number, maxLength: number): number {
  return Math.min(BUCKETS.find((bucket) => bucket >= length) ?? maxLength, maxLength);
}

/** Returns the number of tokens of an example's longest sequence. */
export function longestSequence({ sequences }: FinetuneExample): number {
  return sequences.reduce((most, { ids }) => Math.max(most, ids.length), 0);
}

/**
 * Pads examples to the bucket of the longest.
 *
 * @param maxLength maximum number of tokens of a sequence
 */
export function collateSequences<E extends FinetuneExample>(
  examples: readonly E[],
  padId: number,
  maxLength: number,
): FinetuneBatch<E> {
  const sequences = examples.flatMap((example) => example.sequences);
  const sequence = bucketLength(Math.max(...examples.map(longestSequence)), maxLength);
  const inputIds = new Uint32Array(sequences.length * sequence).fill(padId);
  const tokenTypeIds = new Uint32Array(sequences.length * sequence);
  sequences.forEach(({ ids, typeIds }, row) => {
    inputIds.set(ids, row * sequence);
    tokenTypeIds.set(typeIds, row * sequence);
  });
  return {
    examples,
    input: {
      batch: sequences.length,
      sequence,
      inputIds,
      tokenTypeIds,
      lengths: Uint32Array.from(sequences, ({ ids }) => ids.length),
    },
  };
}

/** How examples of similar length come into the same batch. */
export interface LengthGrouping {
  /** Length of each example. */
  readonly lengths: ArrayLike<number>;
  /** Examples per batch. */
  readonly batchSize: number;
}

/**
 * The order of training examples: every example once per epoch, shuffled in each epoch. The order depends on the seed and the position only, so that a run resumes
 * anywhere.
 */
export class TrainingOrder {
  #epoch = -1;
  readonly #order: Uint32Array;

  /**
   * Starts with the order of the file.
   *
   * @param count number of examples
   * @param shuffle false keeps the order of the file
   * @param grouping sorts a shuffled order by length in parts of {@linkcode GROUPED_BATCHES} batches, and shuffles the batches; the batch in which an epoch begins is not sorted
   */
  constructor(
    readonly count: number,
    readonly seed: number,
    readonly shuffle: boolean,
    readonly grouping?: LengthGrouping,
  ) {
    this.#order = Uint32Array.from({ length: count }, (_, index) => index);
  }

  /** Returns the index of the example at a position of the endless sequence of epochs. */
  at(position: number): number {
    const epoch = Math.floor(position / this.count);
    if (this.shuffle && epoch !== this.#epoch) {
      this.#order.forEach((_, index) => this.#order[index] = index);
      const random = new RandomStream(this.seed, STREAM, epoch);
      random.shuffle(this.#order);
      if (this.grouping !== undefined) this.#group(this.grouping, epoch, random);
      this.#epoch = epoch;
    }
    return this.#order[position % this.count];
  }

  #group({ lengths, batchSize }: LengthGrouping, epoch: number, random: RandomStream): void {
    // The first batch of an epoch may have begun in the one before.
    const first = (batchSize - (epoch * this.count) % batchSize) % batchSize;
    const rest = this.#order.subarray(first);
    const batches: Uint32Array[] = [];
    for (let start = 0; start < rest.length; start += GROUPED_BATCHES * batchSize) {
      const part = rest.slice(start, start + GROUPED_BATCHES * batchSize);
      part.sort((a, b) => lengths[a] - lengths[b] || a - b);
      for (let at = 0; at < part.length; at += batchSize) {
        batches.push(part.subarray(at, at + batchSize));
      }
    }
    // The last batch may end in the next epoch.
    const last = (batches.at(-1)?.length ?? batchSize) < batchSize ? batches.pop()! : undefined;
    random.shuffle(batches);
    if (last !== undefined) batches.push(last);
    let at = 0;
    for (const batch of batches) {
      rest.set(batch, at);
      at += batch.length;
    }
  }
}
