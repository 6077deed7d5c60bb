// Damaged small files of a paper run are rejected with their path and the fix, or started again.
import { assertEquals, assertRejects } from "@std/assert";
import { readManifest } from "../../../tasks/paper/data/prepare_data.ts";
import { JobLog } from "../../../tasks/paper/jobs/job_log.ts";
import { JobStore, readResults } from "../../../tasks/paper/jobs/store.ts";
import { type PaperRun, readPaperRun, recordPaperRun } from "../../../tasks/paper/paper_run.ts";

const DAMAGED = ["", "{", "null", "[]", "7", '{"a": 1}', '{"preset": "smoke", "seeds": []}'];

for (
  const [file, read] of [
    ["paper.json", readPaperRun],
    ["data.json", readManifest],
    ["jobs/0123456789abcdef.json", (folder) => readResults(`${folder}/jobs`)],
    [
      "jobs/0123456789abcdef.json",
      (folder) => new JobStore(folder).read({ address: "0123456789abcdef" }),
    ],
  ] as [string, (folder: string) => Promise<unknown>][]
) {
  Deno.test(`a damaged ${file} is rejected with its path and the fix (${read.name || "job"})`, async () => {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/jobs`);
    for (const text of DAMAGED) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
      await assertRejects(() => read(folder), Error, `${folder}/${file} is damaged (`);
      await assertRejects(() => read(folder), Error, "; delete it and ");
    }
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("a damaged clock of a job starts again", async () => {
  const folder = await Deno.makeTempDir();
  for (const text of [...DAMAGED, '{"recoods": 3, "trainingSeconds": "x"}']) {
    await Deno.writeTextFile(`${folder}/clock.json`, text);
    const { trainingSeconds } = (await JobLog.open(folder)).clock();
    assertEquals(trainingSeconds, 0);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a clock that cannot be written does not end the job", async () => {
  const folder = await Deno.makeTempDir();
  const { now } = performance;
  try {
    const log = await JobLog.open(folder);
    await Deno.mkdir(`${folder}/clock.json`);
    performance.now = () => now.call(performance) + 60_000;
    log.trained(7);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await log.close();
    assertEquals(log.clock().trainingSeconds, 7);
  } finally {
    performance.now = now;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runs of a folder share their number of fine-tuning runs, unless only some fine-tune", async () => {
  const folder = await Deno.makeTempDir();
  const run = { preset: "smoke", device: "cpu", benchmarks: [], finetuneSeeds: {} };
  await recordPaperRun(folder, { ...run, finetuneRuns: 1, seeds: { "table-7": [1] } });
  const tuned = {
    ...{ ...run, benchmarks: ["sst-2" as const], seeds: { "table-4": [1] } },
    finetuneSeeds: { "table-4 sst-2": [1] },
  };
  await recordPaperRun(folder, { ...tuned, finetuneRuns: 5 });
  await assertRejects(
    () => recordPaperRun(folder, { ...tuned, finetuneRuns: 1 }),
    Error,
    "contains runs with --finetune-runs 5, not 1; choose another --output",
  );
  const { finetuneRuns } = await recordPaperRun(folder, {
    ...{ ...run, finetuneRuns: 1, seeds: { "table-8": [1] } },
  });
  assertEquals(finetuneRuns, 5);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder with runs of another preset is rejected with the flag that selects it", async () => {
  const folder = await Deno.makeTempDir();
  const run: PaperRun = {
    preset: "smoke",
    device: "cpu",
    benchmarks: [],
    seeds: {},
    finetuneSeeds: {},
    finetuneRuns: 1,
  };
  await recordPaperRun(folder, run);
  const other = { ...run, preset: "nano" };
  const problem = `${folder} contains runs with --preset smoke, not nano; choose another`;
  await assertRejects(() => recordPaperRun(folder, other), Error, `${problem} --output`);
  await assertRejects(
    () => recordPaperRun(folder, other, "--results"),
    Error,
    `${problem} --results`,
  );
  await Deno.remove(folder, { recursive: true });
});
