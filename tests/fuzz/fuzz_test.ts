// A short version of `deno task test:fuzz`.
import { assertEquals } from "@std/assert";
import { FUZZERS } from "./fuzzers.ts";
import { invalidRejection } from "./run_fuzzer.ts";
import { runFuzzer } from "./run_fuzzer.ts";

/** Number of inputs of a quick reader. */
const INPUTS = 160;

for (const [name, load] of Object.entries(FUZZERS)) {
  Deno.test(`damaged ${name} is accepted or rejected with one line`, async () => {
    const fuzzer = await load();
    const count = Math.ceil(INPUTS / (fuzzer.cost ?? 1));
    const { faults, inputs } = await runFuzzer(fuzzer, { name, seed: 7, from: 0, count });
    assertEquals({ faults, inputs }, { faults: [], inputs: count });
  });
}

Deno.test("a reader that crashes is distinguished from one that rejects its input", () => {
  let crash: unknown;
  try {
    (undefined as unknown as { length: number }).length;
  } catch (error) {
    crash = error;
  }
  assertEquals(invalidRejection(crash, ["TypeError"])?.startsWith("message of the engine"), true);
  assertEquals(invalidRejection(crash, ["SyntaxError"])?.startsWith("TypeError"), true);
  assertEquals(
    invalidRejection(new SyntaxError("a\nb"), ["SyntaxError"])?.slice(0, 13),
    "more than one",
  );
  assertEquals(invalidRejection(new SyntaxError("line 3 is not JSON"), ["SyntaxError"]), null);
});
