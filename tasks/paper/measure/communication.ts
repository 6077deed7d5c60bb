/**
 * How long gradients take to be summed over ranks, and how much of that hides behind the backward pass.
 *
 * @module
 */
import {
  attentionSpecs,
  blockSets,
  type DenseSpec,
  embeddingSpecs,
  feedForwardSpecs,
  type ModelConfig,
  pretrainingSpecs,
} from "../../../src/model/mod.ts";
import { elements } from "../../../src/tensor/mod.ts";

/** What connects the ranks. */
export interface Network {
  /** Processes that train together. */
  readonly ranks: number;
  /** Bytes that a rank sends in a second while it receives as many. */
  readonly bytesPerSecond: number;
  /** Seconds before the first byte of a message arrives; 0 where absent. */
  readonly latency?: number;
}

/**
 * Seconds of a ring all-reduce: every rank sends its share N − 1 times to reduce and N − 1 times to gather, 2(N − 1)/N of the bytes in all.
 * What a rank adds up meanwhile is not counted.
 */
export function ringAllReduceSeconds(bytes: number, network: Network): number {
  const { ranks, bytesPerSecond, latency = 0 } = network;
  const messages = 2 * (ranks - 1);
  return messages * (bytes / ranks / bytesPerSecond + latency);
}

/** Gradients that are complete at one moment of the backward pass. */
export interface GradientBucket {
  /** From 0, the start of the backward pass, to 1, its end. */
  readonly readyAt: number;
  /** Of all tensors in it. */
  readonly bytes: number;
}

/**
 * When the gradients of a model are complete. A tensor's gradient is complete once the backward pass has gone through the tensor's *first* use; so what all
 * layers share, and the embeddings that the masked language head ties, come last and hide behind nothing. Blocks are taken to last equally long, embeddings and
 * heads to last no time.
 */
export function gradientBuckets(config: ModelConfig): GradientBucket[] {
  const blocks = blockSets(config);
  const readyAt = new Map<string, number>();
  const complete = (specs: object, at: number) => {
    for (const { weight, bias } of Object.values(specs) as DenseSpec[]) {
      // The first use decides: later blocks find the name taken.
      for (const { name } of [weight, bias]) if (!readyAt.has(name)) readyAt.set(name, at);
    }
  };
  for (const [block, { attention, feedForward }] of blocks.entries()) {
    complete(attentionSpecs(config, attention), 1 - block / blocks.length);
    complete(feedForwardSpecs(config, feedForward), 1 - block / blocks.length);
  }
  const { words, positions, types, layerNorm, projection } = embeddingSpecs(config);
  for (const { name } of [words, positions, types]) readyAt.set(name, 1);
  complete({ layerNorm, ...(projection && { projection }) }, 1);

  const bytesAt = new Map<number, number>();
  for (const { name, shape } of pretrainingSpecs(config)) {
    // Pooler and heads are walked through first.
    const at = readyAt.get(name) ?? 0;
    bytesAt.set(at, (bytesAt.get(at) ?? 0) + 4 * elements(shape));
  }
  return [...bytesAt].map(([readyAt, bytes]) => ({ readyAt, bytes }))
    .sort((a, b) => a.readyAt - b.readyAt);
}

/** A step of many ranks, predicted. */
export interface RankedStep {
  /** Seconds of the whole step. */
  readonly seconds: number;
  /** Seconds that the all-reduce takes by itself. */
  readonly reduceSeconds: number;
  /** Of those, seconds in which a rank has nothing else to do. */
  readonly exposedSeconds: number;
}

/** Times of one rank's step without the others, in seconds. */
export interface RankTimes {
  /** All micro-batches but the last one's backward pass: nothing may be sent before the last backward pass begins. */
  readonly before: number;
  /** The last backward pass. */
  readonly backward: number;
  /** The update, after the sum is there. */
  readonly optimizer: number;
}

/**
 * A step in which each bucket is sent as soon as it is complete and the line is free, one after another, while the backward pass goes on. The model has no
 * contention: sending costs the processor nothing.
 */
export function rankedStep(
  buckets: readonly GradientBucket[],
  { before, backward, optimizer }: RankTimes,
  network: Network,
): RankedStep {
  let free = 0, reduceSeconds = 0;
  for (const { readyAt, bytes } of buckets) {
    const seconds = ringAllReduceSeconds(bytes, network);
    free = Math.max(free, readyAt * backward) + seconds;
    reduceSeconds += seconds;
  }
  const end = Math.max(backward, free);
  return {
    seconds: before + end + optimizer,
    reduceSeconds,
    exposedSeconds: end - backward,
  };
}
