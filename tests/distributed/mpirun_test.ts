// Runs real processes under mpirun; skipped if none is installed.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256File } from "../../src/files/mod.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { findMpiruns, type Mpirun, NO_MPI, runJob } from "../support/mpirun.ts";
import { runAlbert } from "../tasks/albert_process.ts";

const STEPS = 50;
/** One implementation in the quick test, all with --slow. */
const MPIRUNS = (await findMpiruns()).slice(0, Deno.env.get("ALBERT_SLOW") === "1" ? 2 : 1);

/** Runs a test in a temporary folder with prepared data, under each launcher. */
function mpiTest(name: string, test: (mpirun: Mpirun, folder: string) => Promise<void>): void {
  if (MPIRUNS.length === 0) Deno.test.ignore(`${name} (${NO_MPI})`, () => {});
  for (const mpirun of MPIRUNS) {
    Deno.test(`${name}, ${mpirun.make}`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await prepareData(folder, "data", 1);
        await test(mpirun, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

async function prepareData(folder: string, name: string, seed: number): Promise<void> {
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/text-${seed}.txt`, smallText(seed, 150));
  const { code, stderr } = await runAlbert([
    ...["prepare", "--input", `${folder}/text-${seed}.txt`, "--vocab", `${folder}/spiece.model`],
    ...["--output", `${folder}/${name}`, "--validation-fraction", "0.1", "--quiet"],
  ]);
  assertEquals(code, 0, stderr);
}

function words(folder: string, output: string, data = "data"): string[] {
  return [
    ...["pretrain", "--config", "smoke", "--data", `${folder}/${data}`],
    ...["--output", `${folder}/${output}`, "--steps", `${STEPS}`, "--batch-size", "8"],
    ...["--dropout", "0.1", "--learning-rate", "0.01", "--save-steps", "10"],
    ...["--keep-checkpoints", "0", "--logging-steps", "1", "--eval-steps", "25"],
    ...["--eval-examples", "30", "--check-ranks-steps", "20", "--device", "cpu", "--quiet"],
  ];
}

/** Trains with a number of ranks; a single rank runs without a launcher. */
async function train(mpirun: Mpirun, ranks: number, command: string[]): Promise<void> {
  const { code, stderr } = ranks === 1
    ? await runAlbert(command)
    : await runJob(mpirun, [{ ranks, args: command }]);
  assertEquals(code, 0, stderr);
}

/** Reads losses and gradient norms by step. */
async function curve(run: string): Promise<Map<string, number>> {
  const lines = (await Deno.readTextFile(`${run}/events.jsonl`)).trim().split("\n");
  const figures = new Map<string, number>();
  for (const { step, ...fields } of lines.map((line) => JSON.parse(line))) {
    for (const [name, value] of Object.entries<number>(fields)) {
      if (/loss|norm/.test(name)) figures.set(`${name} of step ${step}`, value);
    }
  }
  return figures;
}

async function assertSameCurve(before: string, after: string): Promise<void> {
  const expected = await curve(before);
  const actual = await curve(after);
  assertEquals([...actual.keys()], [...expected.keys()]);
  for (const [name, value] of expected) {
    const other = actual.get(name)!;
    assert(Math.abs(other - value) <= 1e-5 * Math.abs(value), `${name}: ${other}, ${value}`);
  }
}

async function weights(run: string): Promise<string> {
  return await sha256File(`${run}/checkpoints/step-${STEPS}/model.safetensors`);
}

mpiTest(
  "1, 2 and 4 ranks have the same loss curve; a repeated run has the same bytes and resumes on 4 ranks and 1",
  async (
    mpirun,
    folder,
  ) => {
    for (const [output, ranks] of [["one", 1], ["two", 2], ["again", 2], ["four", 4]] as const) {
      await train(mpirun, ranks, words(folder, output));
    }
    for (const output of ["two", "four"]) {
      await assertSameCurve(`${folder}/one`, `${folder}/${output}`);
    }
    assertEquals(await weights(`${folder}/again`), await weights(`${folder}/two`));
    const { world } = JSON.parse(await Deno.readTextFile(`${folder}/four/run.json`));
    assertEquals([world.size, world.allReduce], [4, "f32"]);
    assertStringIncludes(world.library, mpirun.make);

    const run = `${folder}/again`;
    // The 4 ranks shard the moments; the single rank stores all of them.
    for (const [step, ranks, more] of [[20, 4, ["--shard-optimizer"]], [40, 1, []]] as const) {
      await Deno.writeTextFile(`${run}/checkpoints/latest`, `step-${step}\n`);
      await train(mpirun, ranks, ["pretrain", "--output", run, "--resume", "--quiet", ...more]);
    }
    await assertSameCurve(`${folder}/one`, run);
  },
);

mpiTest(
  "ranks with different data or settings are rejected, and the error names the difference",
  async (mpirun, folder) => {
    await prepareData(folder, "other", 2);
    const refused = async (change: string[], data: string, message: string) => {
      const { code, stderr } = await runJob(mpirun, [
        { ranks: 1, args: words(folder, "refused") },
        { ranks: 1, args: [...words(folder, "refused", data), ...change] },
      ]);
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, `albert: Rank 1 differs from rank 0 in ${message}`);
      assertEquals(stderr.match(/albert: /g)!.length, 1, stderr);
    };
    await refused([], "other", "dataFingerprint: ");
    await refused(["--seed", "7"], "data", "seed: 7 instead of 42");
  },
);

mpiTest(
  "a launcher without a library, or with the library of another implementation, is rejected",
  async (
    mpirun,
    folder,
  ) => {
    const part = [{ ranks: 2, args: words(folder, "refused") }];
    const { code, stderr } = await runJob(mpirun, part, { ALBERT_MPI: "libnothing.so" });
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, "mpirun started 2 processes, but ALBERT_MPI names libnothing.so");
    const other = (await findMpiruns()).find(({ make }) => make !== mpirun.make);
    if (other === undefined) return;
    const library = other.make === "MPICH" ? "libmpich.so.12" : "libmpi.so.40";
    const mixed = await runJob(mpirun, part, { ALBERT_MPI: library });
    assertEquals(mixed.code, 1, mixed.stderr);
    assertStringIncludes(mixed.stderr, `mpirun started 2 processes, but ${other.make}`);
    assertStringIncludes(mixed.stderr, "reports 1. Use the launcher that belongs to this library");
  },
);
