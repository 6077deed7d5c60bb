// Two optimizer steps of every row.
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { openDevice } from "../../../src/device/mod.ts";
import { checkedSteps } from "../../../tasks/paper/check/checked_step.ts";
import { runCheckedStep } from "../../../tasks/paper/check/run_step.ts";
import { StepObjectives } from "../../../tasks/paper/check/step_objective.ts";
import { checkExperiments, type CheckResults } from "../../../tasks/paper/disk.ts";
import {
  EXPERIMENTS,
  findExperiments,
  PAPER_PRESETS,
  paperPreset,
} from "../../../tasks/paper/mod.ts";
import { runAlbert } from "../albert_process.ts";

const openCpu = () => openDevice({ device: "cpu", blas: "none" });

Deno.test("every row that trains a model has a step, and equal steps are listed once", () => {
  for (const preset of PAPER_PRESETS) {
    const steps = checkedSteps(preset, EXPERIMENTS);
    const rows = steps.flatMap((step) => step.rows);
    const expected = EXPERIMENTS.flatMap(({ id, rows }) =>
      rows.filter(({ variation, benchmark }) => variation ?? benchmark)
        .map((row) => `${id}/${row.id}`)
    );
    const missing = expected.filter((row) => !rows.includes(row));
    // A preset fine-tunes on its benchmarks only.
    const { benchmarks } = preset;
    assertEquals(
      missing,
      expected.filter((row) =>
        row.startsWith("table-14/") && !benchmarks.some((name) => row === `table-14/${name}`)
      ),
      preset.name,
    );
    assertEquals(new Set(steps.map(({ id }) => id)).size, steps.length);
    assert(steps.length < rows.length);
  }
});

Deno.test("a check that was stopped continues, and each step changes the loss", async () => {
  const output = await Deno.makeTempDir();
  const lines: string[] = [];
  const check = async (most: number) => {
    let opened = 0;
    const summary = await checkExperiments({
      output,
      preset: paperPreset("smoke"),
      experiments: findExperiments(["table-5", "table-14"]),
      open: () => {
        opened++;
        return openCpu();
      },
      log: (line) => lines.push(line),
      stopRequested: () => opened >= most,
    });
    return { ...summary, opened };
  };
  const first = await check(2);
  assertEquals([first.completed, first.lacking, first.opened], [1, 0, 2]);
  const second = await check(Infinity);
  // Three objectives and twelve benchmarks; one was done.
  assertEquals(second, { completed: 15, lacking: 0, left: 0, opened: 14 });
  await Deno.remove(`${output}/smoke.md`);
  assertEquals((await check(Infinity)).opened, 0);
  const results: CheckResults = JSON.parse(await Deno.readTextFile(`${output}/smoke.json`));
  for (const { label, losses, plannedBytes, peakBytes } of Object.values(results.steps)) {
    assert(losses!.every(Number.isFinite), label);
    assertNotEquals(losses![0], losses![1], label);
    assert(peakBytes! > 0.5 * plannedBytes && peakBytes! < 2 * plannedBytes, label);
  }
  const table = await Deno.readTextFile(`${output}/smoke.md`);
  assertMatch(table, /15 of \d+ distinct steps completed, and \d+ have not been checked yet/);
  assertMatch(table, /table-14: race/);
  await Deno.remove(output, { recursive: true });
});

Deno.test("a model that does not fit the device names the memory that it needs", async () => {
  const step = checkedSteps(paperPreset("paper"), findExperiments(["table-2"]))
    .find(({ label }) => label === "pretrain bert-large")!;
  const objectives = new StepObjectives();
  await using device = await openCpu();
  const result = await runCheckedStep(device, step, await objectives.of(step), () => false);
  assertEquals(result!.missing, "needs 5.48 GB; the CPU device has at most 4.29 GB");
  assertEquals([result!.recomputed, result!.losses], [true, undefined]);
  await objectives.close();
});

Deno.test("the command prints the path of the table", async () => {
  const output = await Deno.makeTempDir();
  const words = ["paper", "check", "table-5", "--preset", "smoke", "--device", "cpu"];
  const { code, stdout, stderr } = await runAlbert([...words, "--output", output]);
  assertEquals([code, stdout.trim()], [0, `${output}/smoke.md`], stderr);
  assertMatch(stderr, /3 steps completed, 0 lack a resource, 0 left/);
  await Deno.remove(output, { recursive: true });
});
