// Worker threads that cannot start, and those whose device or job fails.
import { assertRejects } from "@std/assert";
import { BROKEN_WORKERS, withBrokenWorkers } from "../../../support/broken_workers.ts";
import type { Job, RunnerSettings } from "../../../../tasks/paper/disk.ts";
import { WorkerRunner } from "../../../../tasks/paper/jobs/runners.ts";

const SETTINGS = {
  device: "cpu",
  output: "/no/such/folder",
  prepared: {},
  preset: "smoke",
  toolkit: "0",
  provenance: {},
  keepModels: false,
} as unknown as RunnerSettings;
const JOB = { kind: "none" } as unknown as Job;

async function rejects(settings: RunnerSettings, message: string): Promise<void> {
  const runner = new WorkerRunner(settings, () => {});
  try {
    await assertRejects(() => runner.run(JOB), Error, message);
    // Later jobs are rejected too.
    await assertRejects(() => runner.run(JOB), Error, message);
    runner.stop();
  } finally {
    await runner.close();
  }
}

for (const { how, url, cause } of BROKEN_WORKERS) {
  Deno.test(`if the paper worker ${how}, its jobs are rejected with the cause, and close() ends`, () =>
    withBrokenWorkers(url, () => rejects(SETTINGS, `The paper worker ${cause}`)));
}

Deno.test("if the paper worker cannot open its device, its jobs are rejected", () =>
  rejects({ ...SETTINGS, blas: "/no/such/library.so" }, "/no/such/library.so"));

Deno.test("an error outside a job rejects the job", () =>
  rejects({ ...SETTINGS, prepared: null as never }, "null"));
