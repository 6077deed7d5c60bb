/**
 * Runs jobs in this thread, one after another on one device.
 *
 * @module
 */
import { type Device, openDevice } from "../../../src/device/mod.ts";
import { PaperData } from "../data/prepare_data.ts";
import type { JobOutcome } from "../result.ts";
import type { JobContext } from "./context.ts";
import type { Job } from "./job.ts";
import { runJob } from "./run_job.ts";
import type { JobRunner } from "./run_jobs.ts";
import type { RunnerSetting } from "./worker_runner.ts";

/** A runner of this thread. */
export class LocalRunner implements JobRunner {
  readonly #preset: string;
  readonly #context: JobContext;

  private constructor(preset: string, context: JobContext) {
    this.#preset = preset;
    this.#context = context;
  }

  /** Opens device and data; a device that is open already may be given. */
  static async open(
    setting: RunnerSetting,
    watcher: Pick<JobContext, "stopRequested" | "progress">,
    opened?: Device,
  ): Promise<LocalRunner> {
    const { output, prepared, preset, toolkit, keepModels, provenance } = setting;
    const device = opened ??
      await openDevice({ device: setting.device, blas: setting.blas });
    return new LocalRunner(preset, {
      device,
      output,
      data: new PaperData(output, prepared),
      toolkit,
      keepModels,
      provenance: { version: toolkit, ...provenance, device: device.description },
      ...watcher,
    });
  }

  run(job: Job): Promise<JobOutcome | null> {
    return runJob(job, this.#preset, this.#context);
  }

  /** Frees the device. */
  async close(): Promise<void> {
    await this.#context.device.destroy();
  }
}
