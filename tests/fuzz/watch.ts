/** Runs fuzzers in a worker, so that one that hangs can be detected and stopped. */
import process from "node:process";
import { WorkerCall } from "../../src/workers/mod.ts";
import type { Feed, Outcome } from "./run_fuzzer.ts";

/** Milliseconds of processor time after which an input counts as hanging. */
const HANGS = 20_000;

/** Milliseconds on the clock after which an input counts as hanging: it waits for something that never happens. */
const WAITS = 300_000;

/** Runs a fuzzer, and continues after inputs on which it hangs. */
export async function watch(feed: Feed): Promise<Outcome> {
  const { name, from, count } = feed;
  const outcome = await once(feed);
  const done = outcome.inputs;
  if (!outcome.faults.at(-1)?.fault.startsWith("hangs") || done >= count) return outcome;
  return merge(outcome, await watch({ ...feed, name, from: from + done, count: count - done }));
}

async function once(feed: Feed): Promise<Outcome> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  at[0] = feed.from;
  const worker = new WorkerCall({
    name: "fuzzing worker",
    url: new URL("./worker.ts", import.meta.url),
    load: () => import("./worker.ts"),
  });
  const hung = Promise.withResolvers<Outcome>();
  let seen = -1, since = performance.now(), used = process.cpuUsage();
  const clock = setInterval(() => {
    const now = performance.now();
    if (at[0] !== seen) [seen, since, used] = [at[0], now, process.cpuUsage()];
    const { user, system } = process.cpuUsage(used); // in microseconds
    if (user + system < 1000 * HANGS && now - since < WAITS) return;
    const fault = `hangs for more than ${HANGS / 1000} s`;
    hung.resolve({
      name: feed.name,
      inputs: seen - feed.from + 1,
      results: { hangs: 1 },
      slowest: HANGS,
      faults: [{ at: seen, fault }],
    });
  }, 250);
  try {
    return await Promise.race([worker.call("run", { feed, at }), hung.promise]);
  } catch (error) {
    throw new Error(`${feed.name}, input ${at[0]}: ${(error as Error).message}`, { cause: error });
  } finally {
    clearInterval(clock);
    worker.close();
  }
}

function merge(a: Outcome, b: Outcome): Outcome {
  const results = { ...a.results };
  for (const [result, count] of Object.entries(b.results)) {
    results[result] = (results[result] ?? 0) + count;
  }
  return {
    name: a.name,
    inputs: a.inputs + b.inputs,
    results,
    slowest: Math.max(a.slowest, b.slowest),
    faults: [...a.faults, ...b.faults],
  };
}
