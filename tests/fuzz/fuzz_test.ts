// A short version of `deno task test:fuzz`: every reader takes damaged files or refuses them in one sentence.
import { assertEquals } from "@std/assert";
import { FUZZERS } from "./fuzzers.ts";
import { wrongRefusal } from "./judge.ts";
import { runFuzzer } from "./run_fuzzer.ts";

/** Inputs of a quick reader. */
const INPUTS = 160;

for (const [name, load] of Object.entries(FUZZERS)) {
  Deno.test(`${name}, damaged, is taken or refused in one sentence`, async () => {
    const fuzzer = await load();
    const count = Math.ceil(INPUTS / (fuzzer.cost ?? 1));
    const { faults, inputs } = await runFuzzer(fuzzer, { name, seed: 7, from: 0, count });
    assertEquals({ faults, inputs }, { faults: [], inputs: count });
  });
}

Deno.test("a reader that falls over its input is told from one that refuses", () => {
  let fallen: unknown;
  try {
    (undefined as unknown as { length: number }).length;
  } catch (error) {
    fallen = error;
  }
  assertEquals(wrongRefusal(fallen, ["TypeError"])?.startsWith("the engine's words"), true);
  assertEquals(wrongRefusal(fallen, ["SyntaxError"])?.startsWith("TypeError"), true);
  assertEquals(wrongRefusal(new SyntaxError("a\nb"), ["SyntaxError"])?.slice(0, 11), "more than a");
  assertEquals(wrongRefusal(new SyntaxError("line 3 is not JSON"), ["SyntaxError"]), null);
});
