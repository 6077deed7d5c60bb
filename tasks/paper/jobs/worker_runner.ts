/**
 * Runs jobs in worker threads, each with a device of its own.
 *
 * @module
 */
import type { DeviceName } from "../../../src/device/mod.ts";
import { WorkerCall } from "../../../src/workers/mod.ts";
import type { PreparedPaperData } from "../data/prepare_data.ts";
import type { JobOutcome } from "../result.ts";
import type { Job } from "./job.ts";
import type { JobRunner } from "./run_jobs.ts";

/** What a runner works with. */
export interface RunnerSetting {
  readonly device: DeviceName;
  /** Of the CPU device. */
  readonly blas?: string;
  readonly output: string;
  readonly prepared: PreparedPaperData;
  readonly preset: string;
  /** The toolkit's version. */
  readonly toolkit: string;
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly keepModels: boolean;
}

/** A runner in its own thread. */
export class WorkerRunner implements JobRunner {
  readonly #worker: WorkerCall<typeof import("./worker.ts").handlers>;
  readonly #started: Promise<void>;
  readonly #progress: (job: Job, step: number, steps: number) => void;

  constructor(
    setting: RunnerSetting,
    progress: (job: Job, step: number, steps: number) => void,
  ) {
    this.#progress = progress;
    this.#worker = new WorkerCall({
      name: "paper worker",
      url: new URL("./worker.ts", import.meta.url),
      load: () => import("./worker.ts"),
    });
    this.#started = this.#worker.call("start", setting);
    this.#started.catch(() => {}); // It rejects the jobs.
  }

  async run(job: Job): Promise<JobOutcome | null> {
    await this.#started;
    return await this.#worker.call("run", job, {
      onReport: ([step, steps]) => this.#progress(job, step, steps),
    });
  }

  /** Asks the current job to save and stop. */
  stop(): void {
    this.#worker.call("stop", undefined).catch(() => {}); // A job that failed has stopped.
  }

  /** Frees the device and ends the thread. */
  async close(): Promise<void> {
    await this.#worker.call("close", undefined).catch(() => {}); // Its jobs have told why.
    this.#worker.close();
  }
}
