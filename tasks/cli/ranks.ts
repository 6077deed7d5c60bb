/**
 * What the commands that train have in common where `mpirun` started several of them.
 *
 * @module
 */
import {
  type AllReduceType,
  type DataParallel,
  type ProcessGroup,
  SINGLE_PROCESS,
} from "../../src/distributed/mod.ts";
import { joinProcessGroup, launchedBy } from "../../src/distributed/mpi/mod.ts";
import { report } from "./run.ts";
import { UsageError } from "./errors.ts";

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

/** Joins the process group, runs `work`, and leaves the group. If one rank fails, all ranks exit with its code. */
export async function inProcessGroup(work: (group: ProcessGroup) => Promise<void>): Promise<void> {
  const group = await join();
  if (group.size === 1) return await work(group);
  try {
    await work(group);
  } catch (error) {
    await speakAfterLead(group.rank);
    const code = report(error);
    await pause(HANDING_ON);
    group.abort(code);
  }
  await group.close();
}

async function join(): Promise<ProcessGroup> {
  try {
    return await joinProcessGroup();
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

/** Returns the data-parallel settings that the flags select. */
export function ranksOf(
  { allReduce, checkRanksSteps, shardOptimizer }: RankFlags,
  group: ProcessGroup,
): DataParallel {
  const checkSteps = checkRanksSteps ?? SINGLE_PROCESS.checkSteps;
  if (!(checkSteps >= 1)) {
    throw new UsageError(`--check-ranks-steps must be an integer from 1, got ${checkSteps}`);
  }
  return {
    group,
    allReduce: allReduce ?? SINGLE_PROCESS.allReduce,
    checkSteps,
    // Alone there is nobody to share with, also where a run of several goes on.
    shardOptimizer: shardOptimizer === true && group.size > 1,
  };
}

/** Threads for a CPU device: all, as long as no other rank wants some. */
export function coresOf({ size, cores }: ProcessGroup): number | undefined {
  return size > 1 ? cores : undefined;
}

/** @throws {UsageError} when there is no example for some rank. */
export function checkBatch(batchSize: number, { size }: ProcessGroup): void {
  if (batchSize >= size) return;
  throw new UsageError(
    `--batch-size ${batchSize} is less than the ${size} processes that share it; start fewer or take larger batches`,
  );
}
