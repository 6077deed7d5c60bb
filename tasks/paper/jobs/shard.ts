/**
 * Parts of a run for machines that share a folder: disjoint, together everything, about equally dear.
 *
 * @module
 */
import { dependencies, type Job } from "./job.ts";

/** `2/3` is the second of three parts. */
export interface Shard {
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

/**
 * Reads `i/n`.
 *
 * @throws {RangeError} for what is none.
 */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [part, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || part < 1 || part > of) {
    throw new RangeError(`${JSON.stringify(text)} is no shard such as 1/2 or 2/2`);
  }
  return { part, of };
}

/**
 * The jobs of one part. Jobs that need one another stay together, so no part waits for another; families go to the part with the least to do, the dearest first.
 *
 * @param jobs all of them, what is needed first
 * @param cost of a job, in any unit
 */
export function shardJobs(
  jobs: readonly Job[],
  { part, of }: Shard,
  cost: (job: Job) => number,
): Job[] {
  const root = new Map<string, string>();
  for (const job of jobs) {
    const [first] = dependencies(job);
    root.set(job.address, first === undefined ? job.address : root.get(first.address)!);
  }
  const costs = new Map<string, number>();
  for (const job of jobs) {
    const family = root.get(job.address)!;
    costs.set(family, (costs.get(family) ?? 0) + cost(job));
  }
  const loads = new Array<number>(of).fill(0);
  const partOf = new Map<string, number>();
  const dearestFirst = [...costs].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [family, size] of dearestFirst) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] += size;
    partOf.set(family, least + 1);
  }
  return jobs.filter(({ address }) => partOf.get(root.get(address)!) === part);
}
