/**
 * Runs jobs in worker threads, each with a device of its own.
 *
 * @module
 */
import type { DeviceName } from "../../../src/device/mod.ts";
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

/** Told to a worker. */
export type ToWorker =
  | { readonly kind: "start"; readonly setting: RunnerSetting }
  | { readonly kind: "run"; readonly job: Job }
  | { readonly kind: "stop" }
  | { readonly kind: "end" };

/** Told by a worker. */
export type FromWorker =
  | { readonly kind: "outcome"; readonly outcome: JobOutcome | null }
  | { readonly kind: "progress"; readonly job: Job; readonly step: number; readonly steps: number }
  | { readonly kind: "error"; readonly message: string };

/** A runner in a thread of its own. */
export class WorkerRunner implements JobRunner {
  readonly #worker: Worker;
  readonly #progress: (job: Job, step: number, steps: number) => void;

  constructor(
    setting: RunnerSetting,
    progress: (job: Job, step: number, steps: number) => void,
  ) {
    this.#progress = progress;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#tell({ kind: "start", setting });
  }

  run(job: Job): Promise<JobOutcome | null> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`A worker died: ${event.message}`));
      };
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if (data.kind === "progress") this.#progress(data.job, data.step, data.steps);
        else if (data.kind === "outcome") resolve(data.outcome);
        else reject(new Error(data.message));
      };
      this.#tell({ kind: "run", job });
    });
  }

  /** Asks the job under way to save and stop. */
  stop(): void {
    this.#tell({ kind: "stop" });
  }

  /** Lets the thread end. */
  end(): void {
    this.#tell({ kind: "end" });
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
