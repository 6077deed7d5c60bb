// Estimates of what experiments require.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  experimentJobs,
  jobCost,
  type MeasuredSpeeds,
  planJobs,
  withDependencies,
} from "../../../tasks/paper/disk.ts";
import { findExperiments } from "../../../tasks/paper/mod.ts";
import { planFor } from "./plans.ts";

const jobsOf = (preset: string, ...ids: string[]) =>
  withDependencies(
    findExperiments(ids).flatMap((each) => experimentJobs(planFor(preset), each)),
  );

/** Equal speeds for all hidden sizes of the preset. */
function speeds(gigaflopsPerSecond: number): MeasuredSpeeds {
  const measured = {
    ...{ flops: 1, flopsPerExample: 1, peakBytes: 1, parameters: 1, gradientBytes: 1 },
    ...{ examplesPerSecond: 1, microBatchSeconds: 1, optimizerSeconds: 0.001 },
    gigaflopsPerSecond,
    method: "whole step" as const,
  };
  return new Map([128, 160, 192, 256].map((width) => [width, measured]));
}

Deno.test("a plan counts jobs shared by tables once", () => {
  const [both, third, fourth] = [["table-3", "table-4"], ["table-3"], ["table-4"]]
    .map((ids) => planJobs(jobsOf("nano", ...ids), null));
  assertEquals([third.jobs.pretrain, fourth.jobs.pretrain], [8, 8]);
  // Both have E = 128 and E = 768, with all shared and with nothing shared.
  assertEquals(both.jobs.pretrain, 12);
  assert(both.flops < third.flops + fourth.flops);
  assertEquals(both.hours, null);
});

Deno.test("runs with and without additional data are different jobs", () => {
  const { jobs } = planJobs(jobsOf("gpu-day", "table-7"), null);
  assertEquals(jobs, { pretrain: 2, finetune: 10 });
});

Deno.test("a plan of stories has as many questions as the preset generates", () => {
  const samples = jobsOf("stories", "table-5")
    .flatMap((job) => job.kind === "finetune" ? [job.samples] : []);
  assertEquals(samples.length, 4);
  for (const each of samples) assertEquals(each, { train: 399, dev: 822 });
});

Deno.test("hours follow from arithmetic and speed, and ranks divide them", () => {
  const jobs = jobsOf("nano", "table-5");
  const slow = planJobs(jobs, speeds(10));
  const fast = planJobs(jobs, speeds(20));
  const training = jobs.reduce((sum, job) => sum + jobCost(job), 0) / 1e10 / 3600;
  assertAlmostEquals(slow.hours! - fast.hours!, training / 2, 1e-6);
  const wide = planJobs(jobs, speeds(10), { ranks: 4, bytesPerSecond: 1e12 });
  const narrow = planJobs(jobs, speeds(10), { ranks: 4, bytesPerSecond: 1e6 });
  assert(wide.rankedHours! < slow.hours! / 2);
  assert(narrow.rankedHours! > wide.rankedHours!);
});

Deno.test("memory and disk space grow with the models", () => {
  const [nano, paper] = ["nano", "paper"].map((preset) =>
    planJobs(jobsOf(preset, "table-4").filter(({ kind }) => kind === "pretrain"), null)
  );
  // The not-shared model with E = 768: 108M parameters with gradients and two moments.
  assert(paper.peakBytes > 16 * 108e6, `${paper.peakBytes}`);
  assert(nano.peakBytes < paper.peakBytes / 20);
  assert(paper.diskBytes > 12 * 108e6 && nano.diskBytes < paper.diskBytes);
});
