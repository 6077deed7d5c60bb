/**
 * A model of the gradient all-reduce: its duration, and how much of it overlaps with the backward pass.
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

/** The network between ranks. */
export interface Network {
  /** Number of ranks. */
  readonly ranks: number;
  /** Bandwidth per rank in each direction, in bytes per second. */
  readonly bytesPerSecond: number;
  /** Latency of a message in seconds; 0 by default. */
  readonly latency?: number;
}

/**
 * Seconds of a ring all-reduce: every rank sends N − 1 messages to reduce and N − 1 to gather, in total 2(N − 1)/N of the bytes. The time for additions is
 * not included.
 */
export function ringAllReduceSeconds(bytes: number, network: Network): number {
  const { ranks, bytesPerSecond, latency = 0 } = network;
  const messages = 2 * (ranks - 1);
  return messages * (bytes / ranks / bytesPerSecond + latency);
}

/** Gradients that are complete at the same time in the backward pass. */
export interface GradientBucket {
  /** From 0 (start of the backward pass) to 1 (its end). */
  readonly readyAt: number;
  /** Sum over its tensors. */
  readonly bytes: number;
}

/**
 * When the gradients of a model are complete. A tensor's gradient is complete after the backward pass of the tensor's *first* use, so tensors shared by all
 * layers, and the embeddings tied to the masked-LM head, are complete last and cannot overlap. All blocks are assumed to take equally long, embeddings and
 * heads to take no time.
 */
export function gradientBuckets(config: ModelConfig): GradientBucket[] {
  const blocks = blockSets(config);
  const readyAt = new Map<string, number>();
  const complete = (specs: object, at: number) => {
    for (const { weight, bias } of Object.values(specs) as DenseSpec[]) {
      // The first use decides: later blocks do not overwrite it.
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
    // The backward pass starts with pooler and heads.
    const at = readyAt.get(name) ?? 0;
    bytesAt.set(at, (bytesAt.get(at) ?? 0) + 4 * elements(shape));
  }
  return [...bytesAt].map(([readyAt, bytes]) => ({ readyAt, bytes }))
    .sort((a, b) => a.readyAt - b.readyAt);
}

/** A predicted step with several ranks. */
export interface RankedStep {
  /** Seconds of the whole step. */
  readonly seconds: number;
  /** Seconds of the all-reduce. */
  readonly reduceSeconds: number;
  /** The part of `reduceSeconds` that does not overlap with computation. */
  readonly exposedSeconds: number;
}

/** Times of one rank's step without communication, in seconds. */
export interface RankTimes {
  /** Everything before the last micro-batch's backward pass, in which gradients are first sent. */
  readonly before: number;
  /** The last backward pass. */
  readonly backward: number;
  /** The update, after the all-reduce. */
  readonly optimizer: number;
}

/**
 * Predicts a step in which each bucket is sent as soon as it is complete and the previous one has been sent, during the backward pass. Sending is assumed
 * to take no processor time.
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
