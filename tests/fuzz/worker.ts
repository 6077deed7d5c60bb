/** The worker of `watch.ts`. */
import { serve } from "../../src/workers/mod.ts";
import { FUZZERS } from "./fuzzers.ts";
import { type Feed, runFuzzer } from "./run_fuzzer.ts";

export const handlers = serve({
  run: async ({ feed, at }: { feed: Feed; at: Int32Array }) =>
    await runFuzzer(await FUZZERS[feed.name](), feed, (number) => at[0] = number),
});
