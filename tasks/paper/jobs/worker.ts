/**
 * A worker thread of `runners.ts`: runs jobs with a {@linkcode LocalRunner}.
 *
 * @module
 */
import { serve } from "../../../src/workers/mod.ts";
import type { Job } from "./job.ts";
import { LocalRunner, type RunnerSettings } from "./local_runner.ts";

let stopping = false;
let runner: LocalRunner | undefined;
let reportSteps: (progress: readonly [step: number, steps: number]) => void = () => {};

export const handlers = serve({
  async start(settings: RunnerSettings): Promise<void> {
    runner = await LocalRunner.open(settings, {
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
