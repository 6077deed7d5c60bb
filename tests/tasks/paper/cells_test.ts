// Filling cells: seeds, medians, averages, and reasons for missing results.
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import {
  experimentJobs,
  fillExperiment,
  type Job,
  JobStore,
  type RunPlan,
  withDependencies,
} from "../../../tasks/paper/disk.ts";
import {
  cellOf,
  type Experiment,
  findExperiments,
  type JobResult,
  type MeasuredCell,
} from "../../../tasks/paper/mod.ts";
import { failureOf, resultOf } from "./jobs/outcomes.ts";
import { planFor, withoutParts } from "./plans.ts";

const experiment = (id: string): Experiment => findExperiments([id])[0];

/** The cell of a table whose jobs have the given metrics; null leaves a job open. */
async function cell(
  [table, row, column]: readonly [string, string, string],
  plan: RunPlan,
  metrics: (job: Job) => JobResult["metrics"] | "failed" | null,
  selection: "best" | "last" = "best",
): Promise<MeasuredCell> {
  const folder = await Deno.makeTempDir();
  try {
    const store = new JobStore(folder);
    // Only this row, and the baseline of the speedup.
    const { rows, ...rest } = experiment(table);
    const part = { ...rest, rows: rows.filter(({ id }) => id === row || id === "bert-large") };
    for (const job of withDependencies(experimentJobs(plan, part))) {
      const found = metrics(job);
      if (found === "failed") await store.write(failureOf(job));
      else if (found !== null) await store.write(resultOf(job, { metrics: found }));
    }
    const filled = await fillExperiment({ plan, store, selection }, part);
    return cellOf(filled, row, column)!;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a fine-tuned cell has values for every seed, in the paper's order of metrics", async () => {
  const { seeds, missing } = await cell(
    ["table-5", "sop", "squad-1.1"],
    planFor("nano", { seeds: [42, 43] }),
    ({ seed }) => ({ exact_match: seed, f1: seed + 1 }),
  );
  assertEquals(seeds.map(({ seed, values }) => [seed, ...values]), [[42, 43, 42], [43, 44, 43]]);
  assertEquals(missing, undefined);
});

Deno.test("the median of several fine-tuning runs of a model counts", async () => {
  const { seeds } = await cell(
    ["table-5", "sop", "sst-2"],
    planFor("nano", { finetuneRuns: 3 }),
    (job) => ({ accuracy: [90, 10, 50][Math.floor(job.seed / 1000)] }),
  );
  assertEquals(seeds.map(({ values }) => values), [[50]]);
});

Deno.test('with selection "last" the last evaluation counts instead of the best', async () => {
  const metrics = () => ({ accuracy: 60, last_accuracy: 55 });
  const where = ["table-5", "sop", "sst-2"] as const;
  assertEquals((await cell(where, planFor("nano"), metrics)).seeds[0].values, [60]);
  assertEquals((await cell(where, planFor("nano"), metrics, "last")).seeds[0].values, [55]);
});

Deno.test("an average averages F1 and exact match first, and requires all its columns", async () => {
  const metrics = (job: Job): JobResult["metrics"] =>
    job.kind === "finetune" && job.benchmark.startsWith("squad")
      ? { f1: 90, [job.benchmark === "squad-1.1" ? "exact_match" : "exact"]: 80 }
      : { accuracy: 60, mlm_accuracy: 10 };
  const all = planFor("paper");
  const { seeds } = await cell(["table-3", "all-shared-128", "avg"], all, metrics);
  assertAlmostEquals(seeds[0].values[0]!, (85 + 85 + 60 + 60 + 60) / 5);
  const some = await cell(["table-3", "all-shared-128", "avg"], planFor("nano"), metrics);
  assertEquals(some.missing, "Average of SQuAD1.1, SST-2, the paper's too");
  assertAlmostEquals(some.seeds[0].values[0]!, (85 + 60) / 2);
  // (89.3 + 82.3) / 2 = 85.8, and 90.3.
  assertEquals(some.paper, "88.0");
  const open = await cell(
    ["table-3", "all-shared-128", "avg"],
    planFor("nano"),
    (job) => job.kind === "finetune" ? null : metrics(job),
  );
  assertEquals([open.seeds, open.missing], [[], "Requires SQuAD1.1, SST-2"]);
});

Deno.test("SQuAD 2.0 has the exact match of its official script, named exact; results without a metric get a reason and no average", async () => {
  const metrics = (exact: string) => (): JobResult["metrics"] => ({
    ...{ f1: 90, exact_match: 80, accuracy: 60 },
    ...{ HasAns_exact: 1, [exact]: 70 },
  });
  const plan = planFor("paper");
  const read = (column: string, exact = "exact") =>
    cell(["table-3", "all-shared-128", column], plan, metrics(exact));
  assertEquals((await read("squad-2.0")).seeds[0].values, [90, 70]);
  assertEquals((await read("squad-1.1")).seeds[0].values, [90, 80]);
  const old = await read("squad-2.0", "other");
  assertEquals(
    [old.seeds[0].values, old.missing],
    [[90, null], "Finished runs have no f1 or no exact"],
  );
  const average = await read("avg", "other");
  assertEquals([average.seeds, average.missing], [[], "Requires SQuAD2.0"]);
});

Deno.test("RACE without a level keeps the places of the other numbers", async () => {
  const where = ["table-10", "single-albert-1-5m", "race-test"] as const;
  const { seeds, missing } = await cell(
    where,
    planFor("paper"),
    () => ({ accuracy: 40, accuracy_test: 30, accuracy_high_test: 20 }),
  );
  assertEquals(seeds.map(({ values }) => values), [[30, null, 20]]);
  assertStringIncludes(missing!, "accuracy_middle_test");
});

Deno.test("pretrained models of earlier results have a reason instead of accuracies on balanced pairs", async () => {
  const plan = planFor("nano", { seeds: [42] });
  const old = await cell(["table-5", "sop", "sop-uncut"], plan, () => ({ sop_accuracy: 50 }));
  assertEquals([old.seeds, old.missing], [[], "Finished runs have no sop_uncut_accuracy"]);
  const now = await cell(["table-5", "sop", "sop-uncut"], plan, () => ({ sop_uncut_accuracy: 51 }));
  assertEquals([now.seeds[0].values, now.missing], [[51], undefined]);
});

Deno.test("an empty cell has a reason", async () => {
  const plan = planFor("paper");
  const manifest = withoutParts(plan.manifest, { race: "race/dev does not exist" });
  const absent = await cell(["table-5", "sop", "race"], { ...plan, manifest }, () => null);
  assertEquals(absent.missing, "No data for race: race/dev does not exist");
  const neither = await cell(
    ["table-5", "sop", "race"],
    { ...planFor("nano"), manifest },
    () => null,
  );
  assertEquals(neither.missing, absent.missing, "--benchmarks would not help");
  const notAsked = await cell(["table-5", "sop", "mnli"], planFor("nano"), () => null);
  assertStringIncludes(notAsked.missing!, "--benchmarks");
  const notDone = await cell(["table-5", "sop", "sst-2"], planFor("nano"), () => null);
  assertEquals(
    notDone.missing,
    "1 of 1 runs is not finished: albert paper run table-5 --preset nano",
  );
  const extended = { ...plan.manifest, extended: undefined, missing: { "text/extra": "none" } };
  const noText = await cell(
    ["table-7", "with", "sst-2"],
    { ...plan, manifest: extended },
    () => null,
  );
  assertEquals(noText.missing, "No additional text: none");
  const closed = await cell(["table-10", "single-albert-1-5m", "squad-2.0-test"], plan, () => null);
  assertEquals(closed.missing, "The test set is not public");
});

Deno.test("a failed job leaves its cell empty, and other cells are filled", async () => {
  const metrics = (job: Job) =>
    job.kind === "finetune" && job.from.kind === "pretrain" &&
      job.from.config.pairObjective === "nsp"
      ? "failed"
      : { accuracy: 50 };
  const failed = await cell(["table-5", "nsp", "sst-2"], planFor("nano"), metrics);
  assertEquals([failed.seeds, failed.failures.length], [[], 1]);
  assertEquals(failed.failures[0].error, "It broke");
  assertEquals(failed.planned, [{ seed: 42, failed: "other" }]);
  const other = await cell(["table-5", "sop", "sst-2"], planFor("nano"), metrics);
  assertEquals([other.seeds.length, other.failures], [1, []]);
  assertEquals(other.planned, [{ seed: 42 }]);
});

Deno.test("a stand-in marks only the cells that use it", async () => {
  const plan = planFor("paper");
  const race = { ...plan.manifest.benchmarks.race!, standIns: ["race/high"] };
  const manifest = {
    ...plan.manifest,
    benchmarks: { ...plan.manifest.benchmarks, race },
  };
  const marked = { ...plan, manifest };
  const metrics = () => ({ accuracy: 50, f1: 50, exact_match: 50, exact: 50 });
  const standIns = async (column: string) =>
    (await cell(["table-3", "all-shared-64", column], marked, metrics)).standIns;
  assertEquals(await standIns("race"), ["race/high"]);
  assertEquals(await standIns("avg"), ["race/high"]);
  assertEquals(await standIns("sst-2"), []);
});

Deno.test("the speedup is that of a timing next to BERT-large, one per seed", async () => {
  const references = new Set<unknown>();
  const speeds = (job: Job): JobResult["metrics"] => {
    if (job.kind !== "measure" || job.measure !== "speedup") {
      return { accuracy: 1, f1: 1, exact_match: 1, mlm_accuracy: 1 };
    }
    const { hiddenSize, numHiddenGroups } = job.reference;
    references.add(`${hiddenSize} in ${numHiddenGroups} groups`);
    return { speedup: job.seed / 2 };
  };
  const plan = planFor("nano", { seeds: [42, 43] });
  const base = await cell(["table-2", "albert-base", "speed-up"], plan, speeds);
  assertEquals(base.seeds.map(({ seed, values }) => [seed, ...values]), [[42, 21], [43, 21.5]]);
  assertEquals([...references], ["1024 in 24 groups"]);
});

Deno.test("counted cells need no runs", async () => {
  const nothing = () => null;
  const sharing = await cell(["table-1", "bert-base", "sharing"], planFor("nano"), nothing);
  assertEquals([sharing.text, sharing.seeds], ["False", []]);
  const hidden = await cell(["table-1", "albert-xxlarge", "hidden"], planFor("nano"), nothing);
  assertEquals(hidden.seeds, [{ seed: 0, values: [4096] }]);
  const rate = await cell(["table-14", "squad-1.1", "lr"], planFor("nano"), nothing);
  assertEquals(rate.seeds, [{ seed: 0, values: [5e-5] }]);
  const traffic = async (row: string) =>
    (await cell(["table-1", row, "traffic"], planFor("nano"), nothing)).seeds[0].values[0]!;
  assert(await traffic("bert-large") > 10 * await traffic("albert-large"));
});
