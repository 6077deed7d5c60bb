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
}

/** One process. */
export const ALONE: Ranks = { world: ONE_PROCESS, allReduce: "f32", checkSteps: 100 };

/** What `run.json` keeps of the world; it decides nothing on resume. */
export function describeRanks({ world, ...agreed }: Ranks): Readonly<Record<string, unknown>> {
  const { size, localSize, library } = world;
  return { size, ...(size > 1 && { library, ranksOnFirstHost: localSize, ...agreed }) };
}
