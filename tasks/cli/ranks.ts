/**
 * Training commands that `mpirun` started several times: one process per rank.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import {
  type AllReduceType,
  assertSameFacts,
  type DataParallel,
  type ProcessGroup,
  SINGLE_PROCESS,
} from "../../src/distributed/mod.ts";
import { joinProcessGroup, launchedBy } from "../../src/distributed/mpi/mod.ts";
import { Sha256 } from "../../src/files/mod.ts";
import { UsageError } from "./errors.ts";
import { report } from "./run.ts";

/** Other ranks report an error this much later than rank 0, whose end also ends them. In milliseconds. */
const AFTER_RANK_0 = 1500;

/** Some launchers lose output that is written just before a job ends. In milliseconds. */
const FLUSH_TIME = 300;

/** Files and folders of a checkout that can change results. */
const CODE = ["deno.json", "kernels", "src", "tasks/paper", "tasks/cli", "tasks/cli.ts"];

/** Flags of the training commands for several processes. */
export interface RankFlags {
  readonly allReduce?: AllReduceType;
  readonly checkRanksSteps?: number;
  readonly shardOptimizer?: boolean;
}

/** Joins the process group, runs `work`, and leaves the group. If one rank fails, all ranks exit with its code. */
export async function inProcessGroup<T>(work: (group: ProcessGroup) => Promise<T>): Promise<T> {
  const group = await join();
  if (group.size === 1) return await work(group);
  let result: T;
  try {
    result = await work(group);
  } catch (error) {
    await waitForRank0(group.rank);
    const code = report(error);
    await pause(FLUSH_TIME);
    group.abort(code);
    throw error;
  }
  await group.close();
  return result;
}

async function join(): Promise<ProcessGroup> {
  try {
    return await joinProcessGroup();
  } catch (error) {
    await waitForRank0(launchedBy(Deno.env.toObject())?.rank ?? 0);
    throw error;
  }
}

/** Lets rank 0 report an error that all ranks have, then names the rank whose error follows. */
async function waitForRank0(rank: number): Promise<void> {
  if (rank === 0) return;
  await pause(AFTER_RANK_0);
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
  return {
    group,
    allReduce: allReduce ?? SINGLE_PROCESS.allReduce,
    checkSteps: checkRanksSteps ?? SINGLE_PROCESS.checkSteps,
    // A single process keeps the whole state, also if it resumes a run of several.
    shardOptimizer: shardOptimizer === true && group.size > 1,
  };
}

/** Flags that decide which collective calls a rank makes, so that ranks with others would wait for each other. */
interface CallingFlags {
  readonly resume?: boolean;
  readonly extendTo?: number;
  readonly settings?: string;
  readonly seeds?: number;
  readonly microBatchSize?: number | "auto";
}

/**
 * Compares the flags of all ranks that decide which collective calls follow. Collective.
 *
 * @param given on the command line of this rank
 * @throws {RankMismatchError} with the first flag that differs
 */
export async function assertSameCalls(group: ProcessGroup, given: CallingFlags): Promise<void> {
  const { resume = false, extendTo, settings, seeds, microBatchSize } = given;
  await assertSameFacts(
    group,
    new Map<string, unknown>([
      ["--resume", resume],
      ["--extend-to", extendTo],
      // Rank 0 reads the file.
      ["--settings", settings !== undefined],
      ["--seeds", seeds],
      ["--micro-batch-size auto", microBatchSize === "auto"],
    ]),
  );
}

/** Threads for a CPU device: this rank's share of the cores, or undefined for all of them. */
export function coresOf({ size, cores }: ProcessGroup): number | undefined {
  return size > 1 ? cores : undefined;
}

/** @throws {UsageError} if a rank would get no example. */
export function checkBatch(batchSize: number, { size }: ProcessGroup): void {
  if (batchSize >= size) return;
  throw new UsageError(
    `--batch-size must be at least the number of processes (got ${batchSize} for ${size} processes)`,
  );
}

/** Returns the version and, in a checkout, the SHA-256 of the code, so that ranks can compare theirs. */
export async function codeFingerprint(): Promise<string> {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") return settingsFile.version;
  const paths: string[] = [];
  for (const name of CODE) await collect(new URL(name, root), paths);
  const sum = new Sha256();
  for (const path of paths.sort()) {
    sum.update(`${path.slice(root.href.length)}\n`).update(await Deno.readFile(new URL(path)));
  }
  return `${settingsFile.version} ${sum.hex()}`;
}

async function collect(place: URL, paths: string[]): Promise<void> {
  if ((await Deno.stat(place)).isFile) return void paths.push(place.href);
  for await (const { name } of Deno.readDir(place)) {
    await collect(new URL(`${place.href}/${encodeURIComponent(name)}`), paths);
  }
}
