/** The thread of `watch.ts`. */
import { FUZZERS } from "./fuzzers.ts";
import { type Feed, runFuzzer } from "./run_fuzzer.ts";
import type { Answer } from "./watch.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<{ feed: Feed; at: Int32Array }>) => void;
  postMessage(answer: Answer): void;
};

scope.onmessage = async ({ data: { feed, at } }) => {
  try {
    const fuzzer = await FUZZERS[feed.name]();
    const outcome = await runFuzzer(fuzzer, feed, (number) => at[0] = number);
    scope.postMessage({ outcome });
  } catch (error) {
    scope.postMessage({
      error: error instanceof Error ? error.stack ?? error.message : `${error}`,
    });
  }
};
