// The outcome of a job whose training fails.
import { assertEquals } from "@std/assert";
import { experimentJobs, preparePaperData } from "../../../../tasks/paper/disk.ts";
import { LocalRunner } from "../../../../tasks/paper/jobs/local_runner.ts";
import { findExperiments, type JobFailure } from "../../../../tasks/paper/mod.ts";
import { planFor } from "../plans.ts";

Deno.test("a failed job records whether training diverged", async () => {
  const output = await Deno.makeTempDir();
  try {
    const { preset, ...plan } = planFor("smoke", { benchmarks: [] });
    const common = { output, preset, seed: 5, standIns: [], without: [], log: () => {} };
    const prepared = await preparePaperData(common);
    const { manifest } = prepared;
    const run = async (learningRate: number) => {
      const pretraining = { ...preset.pretraining, learningRate, optimizer: "adamw" as const };
      const changed = { ...plan, manifest, preset: { ...preset, pretraining } };
      const [job] = experimentJobs(changed, findExperiments(["table-8"])[0]);
      const runner = await LocalRunner.open(
        {
          ...{ output, prepared, preset: "smoke", toolkit: "0", provenance: {} },
          ...{ device: "cpu", workers: 1, keepModels: false },
        },
        { stopRequested: () => false, progress: () => {} },
      );
      try {
        return await runner.run(job) as JobFailure;
      } finally {
        await runner.close();
      }
    };
    const diverged = await run(1e38);
    assertEquals([diverged.status, diverged.diverged], ["failed", true], diverged.error);
    await Deno.remove(`${output}/data`, { recursive: true });
    const other = await run(0.01);
    assertEquals([other.status, other.diverged], ["failed", undefined], other.error);
  } finally {
    await Deno.remove(output, { recursive: true });
  }
});
