/**
 * Runners for a number of concurrent jobs: one in this thread, or several in worker threads with a device each.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import { WorkerCall, workerUrl } from "../../../src/workers/mod.ts";
import type { JobOutcome } from "../result.ts";
import type { JobContext } from "./context.ts";
import type { Job } from "./job.ts";
import { LocalRunner, type RunnerSettings } from "./local_runner.ts";
import type { JobRunner } from "./run_jobs.ts";

export class Runners {
  /** One runner per concurrent job. */
  readonly list: readonly JobRunner[];
  readonly #workers: readonly WorkerRunner[];
  readonly #local: LocalRunner | null;

  private constructor(local: LocalRunner | null, workers: readonly WorkerRunner[]) {
    this.#local = local;
    this.#workers = workers;
    this.list = local === null ? workers : [local];
  }

  /**
   * Opens the runners. A single runner uses this thread and the given device; several use one worker thread and device each, and the given device is freed.
   * CPU devices divide the cores: with more threads than cores, those of a BLAS library wait for each other.
   *
   * @param observer decides whether to stop, and receives the progress of jobs
   */
  static async open(
    settings: RunnerSettings,
    threads: number,
    device: Device,
    observer: Pick<JobContext, "stopRequested" | "progress">,
  ): Promise<Runners> {
    if (threads === 1) return new Runners(await LocalRunner.open(settings, observer, device), []);
    await device.destroy();
    const share = {
      ...settings,
      workers: Math.max(1, Math.floor(navigator.hardwareConcurrency / threads)),
    };
    const workers = Array.from(
      { length: threads },
      () => new WorkerRunner(share, observer.progress),
    );
    return new Runners(null, workers);
  }

  /** Asks jobs in worker threads to save and stop; the job in this thread uses `stopRequested`. */
  stop(): void {
    for (const worker of this.#workers) worker.stop();
  }

  /** Frees devices and ends threads. */
  async close(): Promise<void> {
    await this.#local?.close();
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}

/** A runner in a worker thread. */
export class WorkerRunner implements JobRunner {
  readonly #worker: WorkerCall<typeof import("./worker.ts").handlers>;
  readonly #started: Promise<void>;
  readonly #progress: (job: Job, step: number, steps: number) => void;

  constructor(
    settings: RunnerSettings,
    progress: (job: Job, step: number, steps: number) => void,
  ) {
    this.#progress = progress;
    this.#worker = new WorkerCall({
      name: "paper worker",
      url: workerUrl("./worker.ts", import.meta.url),
      load: () => import("./worker.ts"),
    });
    this.#started = this.#worker.call("start", settings);
    this.#started.catch(() => {}); // `run()` reports the error.
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
    await this.#worker.call("close", undefined).catch(() => {}); // `run()` reported the error.
    this.#worker.close();
  }
}
