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
