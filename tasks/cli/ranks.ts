/**
 * What the commands that train have in common where `mpirun` started several of them.
 *
 * @module
 */
import { type AllReduceType, ALONE, type Ranks, type World } from "../../src/distributed/mod.ts";
import { launchedBy, openWorld } from "../../src/distributed/mpi/mod.ts";
import { report } from "./run.ts";
import { UsageError } from "./run_flags.ts";

/** Rank 0 speaks first, and its end ends the others: they speak where it has nothing to say. In milliseconds. */
const PATIENCE = 1500;

/** Some launchers drop what a job said just before its end. */
const HANDING_ON = 300;

/** Flags of the commands that train. */
export interface RankFlags {
  allReduce?: AllReduceType;
  checkRanksSteps?: number;
  shardOptimizer?: boolean;
}

/** Joins the world, works, and parts from it; where one rank fails, all end with its exit code. */
export async function inWorld(work: (world: World) => Promise<void>): Promise<void> {
  const world = await join();
  if (world.size === 1) return await work(world);
  try {
    await work(world);
  } catch (error) {
    await speakAfterLead(world.rank);
    const code = report(error);
    await pause(HANDING_ON);
    world.abort(error instanceof UsageError ? 2 : code);
  }
  await world.close();
}

async function join(): Promise<World> {
  try {
    return await openWorld();
  } catch (error) {
    await speakAfterLead(launchedBy(Deno.env.toObject())?.rank ?? 0);
    throw error;
  }
}

async function speakAfterLead(rank: number): Promise<void> {
  if (rank === 0) return;
  await pause(PATIENCE);
  console.error(`rank ${rank} on ${Deno.hostname()}:`);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The world with what the flags say of it. */
export function ranksOf(
  { allReduce, checkRanksSteps, shardOptimizer }: RankFlags,
  world: World,
): Ranks {
  const checkSteps = checkRanksSteps ?? ALONE.checkSteps;
  if (!(checkSteps >= 1)) {
    throw new UsageError(`--check-ranks-steps must be an integer from 1, got ${checkSteps}`);
  }
  return {
    world,
    allReduce: allReduce ?? ALONE.allReduce,
    checkSteps,
    // Alone there is nobody to share with, also where a run of several goes on.
    shardOptimizer: shardOptimizer === true && world.size > 1,
  };
}

/** Threads for a CPU device: all, as long as no other rank wants some. */
export function coresOf({ size, cores }: World): number | undefined {
  return size > 1 ? cores : undefined;
}

/** @throws {UsageError} when there is no example for some rank. */
export function checkBatch(batchSize: number, { size }: World): void {
  if (batchSize >= size) return;
  throw new UsageError(
    `--batch-size ${batchSize} is less than the ${size} processes that share it; start fewer or take larger batches`,
  );
}
