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

Deno.test("albert predict answer rejects windows that are longer than the model's positions", async () => {
  const { code, stderr } = await albertHere(
    ...["predict", "answer", "who", "one", "--checkpoint", `${folder}/model`, "--device", "cpu"],
    ...["--max-seq-length", "100000"],
  );
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--max-seq-length must be at most the model's max_position_embed");
});

Deno.test("albert predict rejects standard input that is not UTF-8 text, or has no text", async () => {
  const predict = async (bytes: number[], ...words: string[]) => {
    const readable = new Blob([Uint8Array.from(bytes)]).stream();
    Object.defineProperty(Deno.stdin, "readable", { configurable: true, value: readable });
    const { code, stderr } = await albertHere("predict", ...words, "--device", "cpu");
    return [code, stderr];
  };
  const model = ["--checkpoint", `${folder}/model`];
  const latin = [0x61, 0xe9, 0x62];
  const fix = "is not valid UTF-8; convert";
  const classify = await predict(latin, "classify", ...model);
  assertStringIncludes(
    `${classify}`,
    `1,albert: Cannot read standard input: byte 0xE9 at offset 1 ${fix}`,
  );
  const answer = await predict(latin, "answer", "who", ...model);
  assertStringIncludes(`${answer}`, `1,albert: Cannot read standard input: it ${fix}`);
  assertEquals(await predict([0x20, 0x0a], "choose", "what", "one", "two", ...model), [
    2,
    "albert: Standard input is empty; expected the text that the question is about",
  ]);
});
