// Addresses of jobs change if and only if something that determines the result changes.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  addressOf,
  canonicalJson,
  experimentJobs,
  type Job,
  modelJob,
  withDependencies,
} from "../../../../tasks/paper/disk.ts";
import { type Experiment, findExperiments, paperPreset } from "../../../../tasks/paper/mod.ts";
import { planFor } from "../plans.ts";

const experiment = (id: string): Experiment => findExperiments([id])[0];

function rowModel(id: string, row: string, changes = {}, preset = "nano"): Job {
  const table = experiment(id);
  const found = table.rows.find((each) => each.id === row)!;
  return modelJob(planFor(preset, changes), table, found, 42)!;
}

Deno.test("canonicalJson() sorts keys and omits undefined fields", () => {
  assertEquals(
    canonicalJson({ b: [1, { d: null, c: "x" }], a: undefined, A: 0.1 }),
    '{"A":0.1,"b":[1,{"c":"x","d":null}]}',
  );
  assertEquals(addressOf({ a: 1, b: 2 }), addressOf({ b: 2, a: 1 }));
  assertNotEquals(addressOf({ a: 1 }), addressOf({ a: "1" }));
});

// If this fails, committed results are no longer found. Do not update the address without need.
Deno.test("the address of a known job has not changed", () => {
  assertEquals(
    rowModel("table-4", "128-all-shared", {}, "paper").address,
    "b8229f12576eb67ee7400a64cce027290bdd51456d3eb0b5396551ffa287dcf8",
  );
});

Deno.test("a model used by several tables is one job", () => {
  const { address } = rowModel("table-4", "128-all-shared");
  assertEquals(rowModel("table-3", "all-shared-128").address, address);
  assertEquals(rowModel("table-5", "sop").address, address);
  assertEquals(rowModel("table-2", "albert-base").address, address);
  assertEquals(rowModel("table-7", "without").address, address);
  assertEquals(
    rowModel("table-3", "not-shared-768").address,
    rowModel("table-4", "768-not-shared").address,
  );
  assertEquals(
    rowModel("table-9", "single-albert-1m-").address,
    rowModel("table-8", "without").address,
  );
  // ALBERT-base and ALBERT-large have the same width at this size.
  assertEquals(
    rowModel("table-11", "12-from-scratch").address,
    rowModel("table-4", "128-all-shared").address,
  );
});

Deno.test("rows of a table have different addresses", () => {
  for (const id of ["table-3", "table-4", "table-5", "table-11", "table-12", "table-13"]) {
    const { rows } = experiment(id);
    const addresses = rows.map((row) => rowModel(id, row.id).address);
    assertEquals(new Set(addresses).size, rows.length, id);
  }
});

Deno.test("seed, device, text and preset change the address", () => {
  const plan = planFor("nano");
  const table = experiment("table-5");
  const row = table.rows.find(({ id }) => id === "sop")!;
  const { address } = modelJob(plan, table, row, 42)!;
  const others = [
    modelJob(plan, table, row, 43),
    modelJob({ ...plan, device: "webgpu" }, table, row, 42),
    modelJob({ ...plan, manifest: { ...plan.manifest, plain: "other" } }, table, row, 42),
    modelJob({ ...plan, manifest: { ...plan.manifest, dev: "other" } }, table, row, 42),
    modelJob(planFor("smoke"), table, row, 42),
  ];
  const addresses = new Set([address, ...others.map((job) => job!.address)]);
  assertEquals(addresses.size, 1 + others.length);
});

Deno.test("settings that do not affect a model do not change its address", () => {
  const { address } = rowModel("table-5", "sop");
  assertEquals(rowModel("table-5", "sop", { benchmarks: [], finetuneRuns: 5 }).address, address);
  // Additional text that this model is not trained on.
  const { manifest } = planFor("nano");
  assertEquals(
    rowModel("table-5", "sop", { manifest: { ...manifest, extended: "other" } }).address,
    address,
  );
});

Deno.test("a benchmark's files affect only its fine-tuning jobs", () => {
  const plan = planFor("nano");
  const changed = { ...plan.manifest.benchmarks["sst-2"]!, fingerprint: "other" };
  const manifest = {
    ...plan.manifest,
    benchmarks: { ...plan.manifest.benchmarks, "sst-2": changed },
  };
  const before = withDependencies(experimentJobs(plan, experiment("table-5")));
  const after = withDependencies(experimentJobs({ ...plan, manifest }, experiment("table-5")));
  before.forEach((job, i) => {
    const touched = job.kind === "finetune" && job.benchmark === "sst-2";
    assertEquals(after[i].address !== job.address, touched, job.label);
  });
});

Deno.test("a deeper model depends on the shallower one that initializes it", () => {
  const jobs = withDependencies([rowModel("table-11", "48")]);
  assertEquals(jobs.length, 6);
  assertEquals(
    jobs.map((job) => job.kind === "pretrain" && job.config.numHiddenLayers),
    [1, 2, 3, 4, 5, 6],
  );
});

Deno.test("a preset can reduce the learning rates of wider and deeper models", () => {
  const rates = (preset: string, id: string, row: string) => {
    const table = experiment(id);
    const jobs = experimentJobs(planFor(preset), {
      ...table,
      rows: table.rows.filter((each) => each.id === row),
    });
    return jobs.flatMap((job) =>
      job.kind === "pretrain"
        ? [job.size.learningRate]
        : job.kind === "finetune"
        ? [job.size.recipe.learningRate]
        : []
    );
  };
  const base = rates("nano", "table-5", "sop");
  const { learningRate } = paperPreset("nano").pretraining;
  assert(base.includes(learningRate) && base.includes(5e-4));
  // 6144 maps to 256, twice the base width, so all rates are divided by √2.
  assertEquals(
    new Set(rates("nano", "table-12", "6144")),
    new Set([learningRate * Math.SQRT1_2, 5e-4 * Math.SQRT1_2]),
  );
  assert(rates("paper", "table-12", "6144").includes(0.00176));
});

Deno.test("a plan of all experiments has no duplicate jobs", () => {
  const plan = planFor("nano");
  const jobs = withDependencies(
    findExperiments(["all"]).flatMap((each) => experimentJobs(plan, each)),
  );
  const determinants = jobs.map((job) => canonicalJson(job.determinants));
  assertEquals(new Set(determinants).size, jobs.length);
  assert(jobs.filter(({ kind }) => kind === "pretrain").length < 45);
});
