/**
 * A runner that runs jobs in this thread, on one device.
 *
 * @module
 */
import { type Device, type DeviceName, openDevice } from "../../../src/device/mod.ts";
import { PaperData, type PreparedPaperData } from "../data/prepare_data.ts";
import type { JobOutcome } from "../result.ts";
import type { JobContext } from "./context.ts";
import type { Job } from "./job.ts";
import { runJob } from "./run_job.ts";
import type { JobRunner } from "./run_jobs.ts";

/** The settings of a runner. They can be sent to a worker. */
export interface RunnerSettings {
  readonly device: DeviceName;
  /** BLAS library of the CPU device. */
  readonly blas?: string;
  /** Threads of the CPU device. Default: one per core. */
  readonly workers?: number;
  /** The run's folder. */
  readonly output: string;
  readonly prepared: PreparedPaperData;
  readonly preset: string;
  /** The toolkit's version. */
  readonly toolkit: string;
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Whether to keep fine-tuned weights. */
  readonly keepModels: boolean;
}

/** Runs jobs one after another. */
export class LocalRunner implements JobRunner {
  readonly #preset: string;
  readonly #context: JobContext;

  private constructor(preset: string, context: JobContext) {
    this.#preset = preset;
    this.#context = context;
  }

  /**
   * Opens the data, and the device unless an open one is given.
   *
   * @param observer decides whether to stop, and receives the progress of jobs
   */
  static async open(
    settings: RunnerSettings,
    observer: Pick<JobContext, "stopRequested" | "progress">,
    opened?: Device,
  ): Promise<LocalRunner> {
    const { output, prepared, preset, toolkit, keepModels, provenance } = settings;
    const { device: name, blas, workers } = settings;
    const device = opened ?? await openDevice({ device: name, blas, workers });
    return new LocalRunner(preset, {
      device,
      output,
      data: new PaperData(output, prepared),
      toolkit,
      keepModels,
      provenance: { version: toolkit, ...provenance, device: device.description },
      ...observer,
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
