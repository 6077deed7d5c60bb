import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { openReferenceDevice } from "../../src/device/mod.ts";
import { presetConfig } from "../../src/model/mod.ts";
import { RunFolderError } from "../../src/runs/disk.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { checkResume, determinants, firstDifference } from "../../src/train/disk.ts";
import { finetuneOptimizer, finetuneSettings, type Precision } from "../../src/train/mod.ts";

const nano = presetConfig("nano");
const request = { steps: 1000, maxSeqLength: 64 };

Deno.test("pretrainSettings() has the paper's rate and warm-up for its widths", () => {
  for (const name of ["albert-base-v2", "albert-xxlarge-v2"]) {
    const schedule = (batchSize: number) =>
      pretrainSettings({ ...request, steps: 125_000, batchSize }, presetConfig(name)).schedule;
    assertEquals(schedule(4096).peakLearningRate, 0.00176);
    assertEquals(schedule(4096).warmupSteps, 3125);
    assertAlmostEquals(schedule(1024).peakLearningRate, 0.00088, 1e-12);
  }
});

Deno.test("pretrainSettings() has a higher rate and a longer warm-up for narrow models", () => {
  const schedule = (hiddenSize: number, batchSize: number, kind?: "adamw") =>
    pretrainSettings(
      { ...request, batchSize, ...(kind && { optimizer: { kind } }) },
      { ...nano, hiddenSize },
    ).schedule;
  assertAlmostEquals(schedule(128, 32).peakLearningRate, 0.01, 1e-9);
  assertEquals(schedule(128, 64).peakLearningRate, 0.014);
  assertEquals(schedule(128, 64, "adamw").peakLearningRate, 0.002);
  assertEquals(schedule(128, 32).warmupSteps, 150);
  // The narrowest models have the values of H = 128, and large batches no rate that diverges.
  assertEquals(schedule(32, 32), schedule(128, 32));
  assertEquals(schedule(128, 4096).peakLearningRate, 0.014);
  const rates = [128, 192, 256, 512, 767, 768].map((width) => schedule(width, 32).peakLearningRate);
  assertEquals(rates.toSorted((a, b) => b - a), rates);
  assertAlmostEquals(rates[4] / rates[5], 1, 0.01);
});

Deno.test("finetuneOptimizer() has LAMB for narrow models, unless an optimizer or a rate is chosen", () => {
  const recipe = { learningRate: 3e-5 };
  const of = (hiddenSize: number, chosen?: { kind?: "lamb" | "adamw"; learningRate?: number }) =>
    Object.values(finetuneOptimizer({ hiddenSize }, recipe, chosen));
  assertEquals(of(768), ["adamw", 3e-5]);
  assertEquals(of(4096, { learningRate: 1e-5 }), ["adamw", 1e-5]);
  assertEquals(of(767), ["lamb", 0.002]);
  // A rate without an optimizer is one of AdamW, for which most published rates are.
  assertEquals(of(256, { learningRate: 1e-4 }), ["adamw", 1e-4]);
  assertEquals(of(256, { kind: "adamw" }), ["adamw", 3e-4]);
  assertEquals(of(256, { kind: "lamb", learningRate: 0.005 }), ["lamb", 0.005]);
  assertEquals(of(768, { kind: "lamb" }), ["lamb", 0.002]);
});

Deno.test("pretrainSettings() has one phase by default", () => {
  const { phases } = pretrainSettings(request, nano);
  assertEquals(phases.map(({ untilStep, examples }) => [untilStep, examples.maxSeqLength]), [[
    1000,
    64,
  ]]);
});

Deno.test("pretrainSettings() divides the steps among phases by their shares", () => {
  const phases = [{ maxSeqLength: 128, share: 9 }, { maxSeqLength: 512, share: 1 }];
  const settings = pretrainSettings({ ...request, phases }, nano);
  assertEquals(
    settings.phases.map(({ untilStep, examples }) => [untilStep, examples.maxSeqLength]),
    [[900, 128], [1000, 512]],
  );
  assertEquals(settings.phases[1].examples.maxPredictionsPerSeq, 77);
});

Deno.test("pretrainSettings() keeps the power of the decay only if it is not linear", () => {
  assertEquals("power" in pretrainSettings(request, nano).schedule, false);
  assertEquals("power" in pretrainSettings({ ...request, polyPower: 1 }, nano).schedule, false);
  assertEquals(pretrainSettings({ ...request, polyPower: 2 }, nano).schedule.power, 2);
  for (const polyPower of [0, -1, NaN, Infinity]) {
    assertThrows(() => pretrainSettings({ ...request, polyPower }, nano), RangeError, "polyPower");
  }
});

Deno.test("pretrainSettings() rejects settings out of range", () => {
  assertThrows(() => pretrainSettings({ ...request, steps: 0 }, nano), RangeError, "steps must be");
  assertThrows(
    () => pretrainSettings({ ...request, learningRate: -1 }, nano),
    RangeError,
    "learningRate must be positive",
  );
});

Deno.test("firstDifference() names the path of what differs", () => {
  assertEquals(firstDifference({ a: { b: 1, c: [1, 2] } }, { a: { b: 1, c: [1, 2] } }), null);
  assertEquals(firstDifference({ a: { b: 1 } }, { a: { b: 2 } }), {
    path: "a.b",
    before: 1,
    now: 2,
  });
  assertEquals(firstDifference({ a: [1] }, { a: [1, 2] })?.path, "a.1");
});

Deno.test("both kinds of settings reject an unknown precision, which a file may contain", () => {
  const precision = "f8" as Precision;
  const expected = "precision must be f32 or f16, got f8";
  assertThrows(() => pretrainSettings({ ...request, precision }, nano), RangeError, expected);
  assertThrows(() => finetuneSettings({ precision }, 100), RangeError, expected);
  assertEquals(pretrainSettings(request, nano).precision, "f32");
  assertEquals(finetuneSettings({ precision: "f16" }, 100).precision, "f16");
});

Deno.test("a run whose layers have other groups in this version does not resume", () => {
  const device = openReferenceDevice({ precision: "f32" });
  const task = { determinants: {}, architecture: () => "AlbertForPreTraining" };
  const of = (numHiddenLayers: number, numHiddenGroups: number) => {
    const config = { ...nano, numHiddenLayers, numHiddenGroups };
    return determinants(
      { config, device, task, settings: pretrainSettings(request, config) } as never,
    );
  };
  for (const [layers, groups] of [[12, 1], [12, 12], [12, 4], [12, 5]]) {
    assertEquals("layerGroups" in of(layers, groups), false, `${layers} ${groups}`);
  }
  const now = of(27, 21);
  const { layerGroups: _, ...before } = now;
  const run = { output: "run", resume: true, observer: { log() {} } };
  assertThrows(
    () => checkResume(run, "step-1", { determinants: before }, now),
    RunFolderError,
    "Cannot resume run: some of its layers belong to other groups in this version",
  );
});

Deno.test("a run of an earlier numerics version does not resume", () => {
  const run = { output: "run", resume: true, observer: { log() {} } };
  const of = (version: string) => ({ numerics: { kind: "cpu", version } });
  checkResume(run, "step-1", { determinants: of("3") }, of("3"));
  assertThrows(
    () => checkResume(run, "step-1", { determinants: of("2") }, of("3")),
    RunFolderError,
    `Cannot resume run: this version's kernels round differently (numerics version "3", the run has "2"); resume it with the version that started it`,
  );
});

Deno.test("a run of a version that recorded fewer facts of the adapter resumes", () => {
  const run = { output: "run", resume: true, observer: { log() {} } };
  const check = (before: Record<string, string>, now: Record<string, string>) =>
    checkResume(run, "step-1", { determinants: { numerics: before } }, { numerics: now });
  const earlier = { kind: "webgpu", vendor: "0" };
  const now = { ...earlier, rowSubgroups: "true", hardware: "intel" };
  check(earlier, now);
  check(now, now);
  for (const other of [{ rowSubgroups: "false" }, { hardware: "amd" }]) {
    assertThrows(() => check({ ...now, ...other }, now), RunFolderError, Object.keys(other)[0]);
  }
  assertThrows(() => check({ ...earlier, vendor: "1" }, now), RunFolderError, "numerics.vendor");
  assertThrows(() => check(now, earlier), RunFolderError, "numerics.rowSubgroups");
});
