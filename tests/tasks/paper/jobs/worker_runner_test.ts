// A thread that cannot start, and one whose device or job is broken.
import { assertRejects } from "@std/assert";
import { BROKEN_WORKERS, withBrokenWorkers } from "../../../support/broken_workers.ts";
import type { Job, RunnerSetting } from "../../../../tasks/paper/disk.ts";
import { WorkerRunner } from "../../../../tasks/paper/jobs/worker_runner.ts";

const SETTING = {
  device: "cpu",
  output: "/no/such/folder",
  prepared: {},
  preset: "smoke",
  toolkit: "0",
  provenance: {},
  keepModels: false,
} as unknown as RunnerSetting;
const JOB = { kind: "none" } as unknown as Job;

async function rejects(setting: RunnerSetting, message: string): Promise<void> {
  const runner = new WorkerRunner(setting, () => {});
  try {
    await assertRejects(() => runner.run(JOB), Error, message);
    // Later jobs too.
    await assertRejects(() => runner.run(JOB), Error, message);
    runner.stop();
  } finally {
    await runner.close();
  }
}

for (const { how, url, cause } of BROKEN_WORKERS) {
  Deno.test(`if the paper worker ${how}, its jobs are rejected with the cause, and close() ends`, () =>
    withBrokenWorkers(url, () => rejects(SETTING, `The paper worker ${cause}`)));
}

Deno.test("a device that the paper worker cannot open rejects its jobs", () =>
  rejects({ ...SETTING, blas: "/no/such/library.so" }, "/no/such/library.so"));

Deno.test("an error outside of a job's own work rejects the job", () =>
  rejects({ ...SETTING, prepared: null as never }, "null"));
