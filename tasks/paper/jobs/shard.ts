/**
 * Partitions the jobs of a run into shards of similar cost, for machines that share a folder.
 *
 * @module
 */
import { dependencies, type Job } from "./job.ts";

/** A shard; `2/3` is the second of three. */
export interface Shard {
  /** From 1. */
  readonly part: number;
  readonly of: number;
}

/**
 * Parses `i/n`.
 *
 * @throws {RangeError} If the text has another form or `i` is not between 1 and `n`.
 */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [part, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || part < 1 || part > of) {
    throw new RangeError(
      `${JSON.stringify(text)} is not a valid shard; expected i/n, such as 1/2 or 2/2`,
    );
  }
  return { part, of };
}

/**
 * The jobs of one shard. Jobs that depend on each other stay together, so that no shard waits for another. Groups are assigned to the cheapest shard, the most
 * expensive group first.
 *
 * @param jobs all jobs, dependencies first
 * @param cost cost of a job, in any unit
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
    const group = root.get(job.address)!;
    costs.set(group, (costs.get(group) ?? 0) + cost(job));
  }
  const loads = new Array<number>(of).fill(0);
  const partOf = new Map<string, number>();
  const byCost = [...costs].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [group, size] of byCost) {
    const cheapest = loads.indexOf(Math.min(...loads));
    loads[cheapest] += size;
    partOf.set(group, cheapest + 1);
  }
  return jobs.filter(({ address }) => partOf.get(root.get(address)!) === part);
}
