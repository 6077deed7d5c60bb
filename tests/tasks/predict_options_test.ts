// What all `albert predict` commands do with the options that every command has.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { albertHere } from "../faults/workbench.ts";
import { writeToyBenchmark } from "./toy_benchmark.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await writeToyBenchmark(folder);

const COMMANDS: Readonly<Record<string, string[]>> = {
  "fill-mask": ["a [MASK]"],
  answer: ["who", "one"],
  classify: ["one"],
  choose: ["what", "one", "two", "--context", "three"],
};

for (const [name, words] of Object.entries(COMMANDS)) {
  Deno.test(`albert predict ${name} uses the BLAS library of --blas`, async () => {
    const { code, stderr } = await albertHere(
      ...["predict", name, ...words, "--checkpoint", `${folder}/model`],
      ...["--device", "cpu", "--blas", "nowhere.so"],
    );
    assertEquals(code, 1);
    assertStringIncludes(stderr, "Cannot load the BLAS library nowhere.so");
  });
}

for (const [name, words] of [["fill-mask", ["a [MASK]"]], ["answer", ["who", "one"]]] as const) {
  Deno.test(`albert predict ${name} rejects a --top that is not positive`, async () => {
    const shared = ["--checkpoint", `${folder}/model`, "--device", "cpu", "--top", "0"];
    const { code, stderr } = await albertHere("predict", name, ...words, ...shared);
    assertEquals([code, stderr], [2, "albert: --top must be at least 1 (got 0)"]);
  });
}
