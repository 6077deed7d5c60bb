/**
 * Settings of data-parallel training.
 *
 * @module
 */
import type { AllReduceType } from "./flat_buffers.ts";
import { type ProcessGroup, SINGLE_PROCESS_GROUP } from "./process_group.ts";

/** A process group and how its ranks train together. */
export interface DataParallel {
  /** The ranks of the run. */
  readonly group: ProcessGroup;
  /** Precision in which gradients are sent. */
  readonly allReduce: AllReduceType;
  /** Number of steps between two comparisons of all ranks' weights. */
  readonly checkSteps: number;
  /** Whether each rank stores one part of the optimizer's moments and updates the parameters of that part only. */
  readonly shardOptimizer: boolean;
}

/** Training in a single process. */
export const SINGLE_PROCESS: DataParallel = {
  group: SINGLE_PROCESS_GROUP,
  allReduce: "f32",
  checkSteps: 100,
  shardOptimizer: false,
};

/** Returns which shard of the optimizer this rank stores, and of how many; one shard of one without sharding. */
export function shardOf(
  { group, shardOptimizer }: DataParallel,
): { index: number; count: number } {
  return shardOptimizer ? { index: group.rank, count: group.size } : { index: 0, count: 1 };
}

/**
 * Returns the determinants of a run that must be equal on every rank. With a sharded optimizer `numerics` may differ: one rank updates each parameter for all, so
 * that different rounding cannot make the weights diverge.
 */
export function factsToCompare(
  determinants: Readonly<Record<string, unknown>>,
  { shardOptimizer }: DataParallel,
): Readonly<Record<string, unknown>> {
  const { numerics: _numerics, ...others } = determinants;
  return shardOptimizer ? others : determinants;
}

/** Returns what `run.json` records about the process group. It is informative: a resumed run does not read it. */
export function describeParallel(
  { group, ...settings }: DataParallel,
): Readonly<Record<string, unknown>> {
  const { size, localSize, library } = group;
  return { size, ...(size > 1 && { library, ranksOnFirstHost: localSize, ...settings }) };
}
