// Shards of a run are disjoint, complete and independent.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  dependencies,
  experimentJobs,
  jobCost,
  parseShard,
  shardJobs,
  withDependencies,
} from "../../../../tasks/paper/disk.ts";
import { findExperiments } from "../../../../tasks/paper/mod.ts";
import { planFor } from "../plans.ts";

const jobs = withDependencies(
  findExperiments(["all"]).flatMap((each) =>
    experimentJobs(planFor("nano", { seeds: [42, 43] }), each)
  ),
);

Deno.test("shards are disjoint and complete, for any number of them", () => {
  for (const shards of [1, 2, 3, 7]) {
    const parts = Array.from(
      { length: shards },
      (_, i) => shardJobs(jobs, { part: i + 1, of: shards }, jobCost),
    );
    const addresses = parts.flat().map(({ address }) => address);
    assertEquals(addresses.length, jobs.length);
    assertEquals(new Set(addresses), new Set(jobs.map(({ address }) => address)));
  }
});

Deno.test("a shard contains the dependencies of its jobs", () => {
  for (const part of [1, 2, 3]) {
    const own = shardJobs(jobs, { part, of: 3 }, jobCost);
    const addresses = new Set(own.map(({ address }) => address));
    for (const job of own) {
      for (const { address } of dependencies(job)) assert(addresses.has(address), job.label);
    }
  }
});

Deno.test("shards have similar cost", () => {
  const costs = [1, 2].map((part) =>
    shardJobs(jobs, { part, of: 2 }, jobCost).reduce((sum, job) => sum + jobCost(job), 0)
  );
  assert(Math.max(...costs) / Math.min(...costs) < 1.1, costs.join(" "));
});

Deno.test("parseShard() rejects text that is not a shard", () => {
  assertEquals(parseShard("2/3"), { part: 2, of: 3 });
  for (const text of ["0/2", "3/2", "1", "a/b", "1/2/3"]) {
    assertThrows(() => parseShard(text), RangeError, text);
  }
});
