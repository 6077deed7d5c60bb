/**
 * How the processes of a run work together.
 *
 * @module
 */
import type { AllReduceType } from "./flat_buffers.ts";
import { ONE_PROCESS } from "./one_process.ts";
import type { World } from "./world.ts";

/** The world and what is agreed in it. */
export interface Ranks {
  /** Who takes part. */
  readonly world: World;
  /** How gradients travel. */
  readonly allReduce: AllReduceType;
  /** Steps between two comparisons of all ranks' weights. */
  readonly checkSteps: number;
  /** Whether each rank keeps a part of the optimizer's moments, and updates the parameters of that part. */
  readonly shardOptimizer: boolean;
}

/** One process. */
export const ALONE: Ranks = {
  world: ONE_PROCESS,
  allReduce: "f32",
  checkSteps: 100,
  shardOptimizer: false,
};

/** The part of the optimizer that a rank keeps; all of it where it is not divided. */
export function shardOf({ world, shardOptimizer }: Ranks): { index: number; count: number } {
  return shardOptimizer ? { index: world.rank, count: world.size } : { index: 0, count: 1 };
}

/**
 * What of a run's determinants must be the same on every rank: all, or all but the arithmetic where each parameter is updated by one rank for all, so that
 * roundings cannot lead them apart.
 */
export function factsToCompare(
  determinants: Readonly<Record<string, unknown>>,
  { shardOptimizer }: Ranks,
): Readonly<Record<string, unknown>> {
  const { numerics: _numerics, ...others } = determinants;
  return shardOptimizer ? others : determinants;
}

/** What `run.json` keeps of the world; it decides nothing on resume. */
export function describeRanks({ world, ...agreed }: Ranks): Readonly<Record<string, unknown>> {
  const { size, localSize, library } = world;
  return { size, ...(size > 1 && { library, ranksOnFirstHost: localSize, ...agreed }) };
}
