import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  hoursPage,
  jobsOfExperiments,
  modelHours,
  SpeedModel,
} from "../../bench/gpu/paper_hours.ts";
import { readEfficiencies } from "../../bench/gpu/results.ts";
import { CARDS } from "../../bench/gpu/time_model.ts";
import { EXPERIMENTS, findExperiments, paperPreset, rowConfig } from "../../tasks/paper/mod.ts";

const table = await readEfficiencies();
const gpuDay = paperPreset("gpu-day");

Deno.test("a modeled speed is below the card's peak, and dropout counts although it was not compiled", () => {
  const config = rowConfig(gpuDay, { model: "albert-base" }, 30_000);
  for (const [name, { cores, clock }] of Object.entries(CARDS)) {
    const model = new SpeedModel(name, table);
    const speed = model.speedOf(config, 16, 128);
    const peak = 2 * 128 * cores * clock / 1e9;
    assert(speed.gigaflopsPerSecond > 0.05 * peak && speed.gigaflopsPerSecond < peak, name);
    assert(speed.substituted > 0 && speed.substituted < 0.5, `${name}: ${speed.substituted}`);
    assertEquals(model.substituted, speed.substituted);
  }
});

Deno.test("hours are the arithmetic of the jobs at the speed of their hidden size", () => {
  const model = new SpeedModel("h200", table);
  const jobs = jobsOfExperiments(gpuDay, findExperiments(["figure-2"]));
  const [one, two] = [jobs.slice(0, 1), jobs].map((some) => modelHours(model, some));
  assert(one.hours > 1 && two.hours > 1.5 * one.hours);
  assert(two.peakBytes >= one.peakBytes && one.peakBytes > 1e9);
});

Deno.test("the page has a row for every experiment with jobs, and marks what does not fit", () => {
  const smoke = { ...paperPreset("smoke"), benchmarks: [] };
  const page = hoursPage([smoke], table);
  for (const { id } of EXPERIMENTS) {
    const jobs = jobsOfExperiments(smoke, findExperiments([id]));
    assertEquals(page.includes(`| ${id} `), jobs.length > 0, id);
  }
  assertStringIncludes(page, "H200: code of sm_86");
});
