// Which settings a training command uses: the command line's, a settings file's, the resumed run's.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../../tasks/launch/files.ts";
import { albertHere } from "../faults/workbench.ts";
import { writeToyBenchmark } from "./toy_benchmark.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await writeToyBenchmark(folder);

const START = [
  ...["finetune", "glue", "--task", "rte", "--data", `${folder}/glue`],
  ...["--checkpoint", `${folder}/model`, "--max-seq-length", "16", "--batch-size", "4"],
];

async function succeed(...words: string[]): Promise<void> {
  const { code, stderr } = await albertHere(...words);
  assertEquals(code, 0, stderr);
}

async function kept(run: string): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(`${folder}/${run}/run.json`)).flags;
}

async function settingsFile(name: string, settings: object): Promise<string[]> {
  await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(settings));
  return ["--settings", `${folder}/${name}`];
}

Deno.test("an explicit --seed 42 or --device auto overrides the settings file", async () => {
  const settings = await settingsFile("a.json", { seed: 7, device: "cpu", maxSteps: 1 });
  await succeed(...START, ...settings, "--output", `${folder}/a`, "--seed", "42");
  assertEquals([(await kept("a")).seed, (await kept("a")).device], [42, "cpu"]);
});

Deno.test("a settings file can give microBatchSize: auto, blas, tune and profile", async () => {
  const settings = await settingsFile("b.json", {
    ...{ microBatchSize: "auto", blas: "none", tune: false, profile: false },
    ...{ device: "cpu", maxSteps: 1 },
  });
  await succeed(...START, ...settings, "--output", `${folder}/b`);
  const { microBatchSize, blas, tune, profile } = await kept("b");
  assertEquals({ microBatchSize, blas, tune, profile }, {
    ...{ microBatchSize: 4, blas: "none", tune: false, profile: false },
  });
});

Deno.test("fine-tuning of a narrow model has LAMB unless a flag or the paper's recipe differs, also when resumed", async () => {
  const used = async (run: string, ...words: string[]) => {
    await succeed(
      ...START,
      "--device",
      "cpu",
      "--max-steps",
      "2",
      "--output",
      `${folder}/${run}`,
      ...words,
    );
    const { settings: { optimizer, schedule } } = JSON.parse(
      await Deno.readTextFile(`${folder}/${run}/run.json`),
    );
    return [optimizer.kind, schedule.peakLearningRate];
  };
  const stop = ["--save-steps", "1", "--max-time", "0.001s"];
  assertEquals(await used("optimizer", ...stop), ["lamb", 0.002]);
  await succeed("finetune", "glue", "--output", `${folder}/optimizer`, "--resume");
  assertEquals(await exists(`${folder}/optimizer/checkpoints/step-2`), true);
  assertEquals(await used("rate", "--learning-rate", "1e-4"), ["adamw", 1e-4]);
  assertEquals(await used("adamw", "--optimizer", "adamw"), ["adamw", 3e-4]);
  assertEquals(await used("paper", "--recipe", "paper"), ["adamw", 3e-5]);
});

Deno.test("a run resumes without the settings file that it was started with", async () => {
  const settings = await settingsFile("c.json", {
    ...{ seed: 7, device: "cpu", maxSteps: 4, saveSteps: 2, learningRate: 1e-4 },
  });
  await succeed(...START, ...settings, "--output", `${folder}/whole`);
  await succeed(...START, ...settings, "--output", `${folder}/c`, "--max-time", "0.001s");
  assertEquals(await exists(`${folder}/c/checkpoints/step-4`), false);
  await Deno.remove(`${folder}/c.json`);
  // The time limit was for the process that stopped.
  await succeed("finetune", "glue", "--output", `${folder}/c`, "--resume");
  const weights = (run: string) =>
    Deno.readFile(`${folder}/${run}/checkpoints/step-4/model.safetensors`);
  assertEquals(await weights("c"), await weights("whole"));
  assertEquals((await kept("c")).settings, undefined);
});

Deno.test("several seeds resume with --seeds, and with more of them", async () => {
  const start = [...START, "--device", "cpu", "--max-steps", "3", "--learning-rate", "1e-4"];
  await succeed(...start, "--seed", "7", "--seeds", "3", "--output", `${folder}/whole-seeds`);
  const run = ["--output", `${folder}/seeds`];
  await succeed(...start, "--seed", "7", "--seeds", "2", ...run, "--max-time", "0.001s");
  assertEquals(await exists(`${folder}/seeds/seed-8`), false);
  await succeed("finetune", "glue", ...run, "--resume", "--seeds", "3");
  for (const seed of [7, 8, 9]) {
    const weights = (run: string) =>
      Deno.readFile(`${folder}/${run}/seed-${seed}/checkpoints/step-3/model.safetensors`);
    assertEquals(await weights("seeds"), await weights("whole-seeds"));
    assertEquals((await kept(`seeds/seed-${seed}`)).seed, seed);
  }
});

Deno.test("a resumed run rejects another seed, from the command line and from a file", async () => {
  const run = ["--output", `${folder}/d`, "--resume"];
  await succeed(...START, "--device", "cpu", "--max-steps", "2", "--seed", "7", ...run);
  const before = await Deno.readTextFile(`${folder}/d/run.json`);
  for (
    const words of [["--seed", "8"], ["--seed", "42"], await settingsFile("d.json", { seed: 8 })]
  ) {
    const { code, stderr } = await albertHere("finetune", "glue", ...run, ...words);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, `differs from the seed of the run in ${folder}/d (7)`);
  }
  assertEquals(await Deno.readTextFile(`${folder}/d/run.json`), before);
  await succeed("finetune", "glue", ...run, "--seed", "7");
  await succeed("finetune", "glue", ...run);
});
