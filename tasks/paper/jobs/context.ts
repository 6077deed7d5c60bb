/**
 * The context in which jobs run, and their raw results.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { PaperData } from "../data/prepare_data.ts";
import type { CurveName } from "../experiment.ts";
import type { Curve } from "../result.ts";
import { shortAddress } from "./address.ts";
import type { Job } from "./job.ts";

/** Everything that jobs need to run. */
export interface JobContext {
  readonly device: Device;
  /** The run's folder. */
  readonly output: string;
  readonly data: PaperData;
  /** The toolkit's version. */
  readonly toolkit: string;
  /** Facts for `run.json` that do not influence results. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Whether to keep fine-tuned weights; pretrained weights are always kept. */
  readonly keepModels: boolean;
  /** Whether the job should save and stop. */
  stopRequested(): boolean;
  /** Reports the progress of a job. */
  progress(job: Job, step: number, steps: number): void;
}

/** The measurements of a job. */
export interface Measured {
  readonly metrics: Readonly<Record<string, number>>;
  readonly curves: Readonly<Partial<Record<CurveName, Curve>>>;
  /** Optimizer steps. */
  readonly steps: number;
  /** Notes for readers, in addition to those of the job. */
  readonly remarks?: readonly string[];
}

/** A job's folder, relative to the run's folder. */
export function runFolder({ address }: Pick<Job, "address">): string {
  return `runs/${shortAddress(address)}`;
}

/** A fraction in points (0 to 100), as the paper prints accuracies. */
export function points(share: number): number {
  return 100 * share;
}
