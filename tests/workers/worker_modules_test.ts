// Worker modules as users have them: fetched with the rest, and perhaps not readable.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { prepare } from "../../src/data/disk/mod.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { toyTexts, toyTokenizer } from "../support/toy_corpus.ts";

/** Every module below a folder, and its code. */
async function* modules(folder: string): AsyncGenerator<[path: string, code: string]> {
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* modules(path);
    else if (name.endsWith(".ts")) yield [path, await Deno.readTextFile(`${ROOT}/${path}`)];
  }
}

Deno.test("every worker is part of the module graph, so that it is fetched with the rest", async () => {
  const workers: string[] = [];
  for (const folder of ["kernels", "src", "tasks"]) {
    for await (const [path, code] of modules(folder)) {
      for (const [, module] of code.matchAll(/workerUrl\("(\S+\.ts)", import\.meta\.url\)/g)) {
        workers.push(module);
        assertStringIncludes(code, `import("${module}")`, path);
      }
    }
  }
  assert(workers.length >= 8, `${workers}`);
});

Deno.test("no module has the URL of another one, which webpack would resolve in the npm package", async () => {
  for (const folder of ["kernels", "src", "tasks"]) {
    for await (const [path, code] of modules(folder)) {
      assert(!/new URL\(\s*"\S+\.ts",\s*import\.meta\.url/.test(code), path);
    }
  }
});

Deno.test("only WorkerCall, and the CPU device and the bar, whose threads share memory, start workers", async () => {
  const starting: string[] = [];
  for (const folder of ["src", "tasks"]) {
    for await (const [path, code] of modules(folder)) {
      if (code.includes("new Worker(")) starting.push(path);
    }
  }
  assertEquals(starting.sort(), [
    "src/device/cpu/spawn.ts",
    "src/workers/worker_call.ts",
    "tasks/cli/progress_timer.ts",
  ]);
});

Deno.test("albert pretrain trains the same model if its workers cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/text`);
    for (const [i, text] of toyTexts(30).entries()) {
      await Deno.writeTextFile(`${folder}/text/${i}.txt`, text);
    }
    await prepare({
      inputs: [`${folder}/text`],
      tokenizer: { ...toyTokenizer, toFiles: () => ({}) },
      output: `${folder}/data`,
    });
    const train = async (output: string, denied: string[]) => {
      const words = [
        ...["pretrain", "--config", "smoke", "--data", `${folder}/data`, "--device", "cpu"],
        ...["--steps", "4", "--save-steps", "2", "--batch-size", "4"],
        ...["--dataloader-num-workers", "1", "--output", `${folder}/${output}`],
      ];
      const [run, ...rest] = toolCommand(TOOLS.albert, await prepareConfig(() => {}), words);
      const flags = denied.map((module) => `--deny-read=${ROOT}/${module}`);
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [run, ...flags, ...rest],
        stdin: "null",
      }).output();
      const log = new TextDecoder().decode(stderr);
      assertEquals(code, 0, log);
      return log;
    };
    await train("free", []);
    const log = await train("denied", [
      "src/data/workers/batch_worker.ts",
      "src/train/checkpoint_worker.ts",
    ]);
    assertStringIncludes(log, "Building batches in the main thread from now on: The batch worker");
    const weights = (output: string) =>
      Deno.readFile(`${folder}/${output}/checkpoints/step-4/model.safetensors`);
    assertEquals(await weights("denied"), await weights("free"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
