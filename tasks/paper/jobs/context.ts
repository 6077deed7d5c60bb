/**
 * What a job is carried out with.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { PaperData } from "../data/prepare_data.ts";
import type { CurveName } from "../experiment.ts";
import type { Curve } from "../result.ts";
import { shortAddress } from "./address.ts";
import type { Job } from "./job.ts";

/** Carries out jobs one after another. */
export interface JobContext {
  readonly device: Device;
  /** The run's folder. */
  readonly output: string;
  readonly data: PaperData;
  /** The toolkit's version. */
  readonly toolkit: string;
  /** Facts for run.json that determine nothing. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Whether finetuned weights stay once they are measured; pretrained ones always do. */
  readonly keepModels: boolean;
  /** Whether to save and stop. */
  stopRequested(): boolean;
  /** How far the job is, for who watches. */
  progress(job: Job, step: number, steps: number): void;
}

/** What a job found. */
export interface Measured {
  readonly metrics: Readonly<Record<string, number>>;
  readonly curves: Readonly<Partial<Record<CurveName, Curve>>>;
  /** Optimizer steps. */
  readonly steps: number;
  /** Sentences for the reader, beside the job's own. */
  readonly remarks?: readonly string[];
}

/** A job's folder, relative to the run's. */
export function runFolder({ address }: Pick<Job, "address">): string {
  return `runs/${shortAddress(address)}`;
}

/** A share as points, as the paper prints accuracies. */
export function points(share: number): number {
  return 100 * share;
}
