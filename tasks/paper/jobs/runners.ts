/**
 * As many runners as jobs are to go on at a time.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { JobContext } from "./context.ts";
import { LocalRunner } from "./local_runner.ts";
import type { JobRunner } from "./run_jobs.ts";
import { type RunnerSetting, WorkerRunner } from "./worker_runner.ts";

/** Runners, told to stop and ended together. */
export class Runners {
  /** What carries out jobs. */
  readonly list: readonly JobRunner[];
  readonly #workers: readonly WorkerRunner[];
  readonly #local: LocalRunner | null;

  private constructor(local: LocalRunner | null, workers: readonly WorkerRunner[]) {
    this.#local = local;
    this.#workers = workers;
    this.list = local === null ? workers : [local];
  }

  /**
   * One runner works in this thread on the device that is given; more have a thread and a device each, and that one is freed.
   *
   * @param watcher asked whether to stop, and told how far jobs are
   */
  static async open(
    setting: RunnerSetting,
    threads: number,
    device: Device,
    watcher: Pick<JobContext, "stopRequested" | "progress">,
  ): Promise<Runners> {
    if (threads === 1) return new Runners(await LocalRunner.open(setting, watcher, device), []);
    await device.destroy();
    const workers = Array.from(
      { length: threads },
      () => new WorkerRunner(setting, watcher.progress),
    );
    return new Runners(null, workers);
  }

  /** Asks jobs under way in other threads to save and stop; the one of this thread asks by itself. */
  stop(): void {
    for (const worker of this.#workers) worker.stop();
  }

  /** Frees devices and ends threads. */
  async close(): Promise<void> {
    await this.#local?.close();
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
