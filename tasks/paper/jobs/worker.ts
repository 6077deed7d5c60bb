/**
 * The thread of a {@linkcode WorkerRunner}.
 *
 * @module
 */
import { serve } from "../../../src/workers/mod.ts";
import type { Job } from "./job.ts";
import { LocalRunner } from "./local_runner.ts";
import type { RunnerSetting } from "./worker_runner.ts";

let stopping = false;
let runner: LocalRunner | undefined;
let reportSteps: (progress: readonly [step: number, steps: number]) => void = () => {};

export const handlers = serve({
  async start(setting: RunnerSetting): Promise<void> {
    runner = await LocalRunner.open(setting, {
      stopRequested: () => stopping,
      progress: (_job, step, steps) => reportSteps([step, steps]),
    });
  },
  run(job: Job, report: typeof reportSteps) {
    reportSteps = report;
    return runner!.run(job);
  },
  stop() {
    stopping = true;
  },
  async close(): Promise<void> {
    await runner?.close();
  },
});
