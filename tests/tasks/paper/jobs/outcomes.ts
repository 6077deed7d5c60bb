// Synthetic outcomes of jobs.
import { type Job, runFolder } from "../../../../tasks/paper/disk.ts";
import type { JobFailure, JobResult } from "../../../../tasks/paper/mod.ts";

function recordOf(job: Job) {
  const { address, kind, label, determinants, seed } = job;
  return {
    version: 1 as const,
    address,
    kind,
    label,
    determinants,
    seed,
    preset: "nano",
    runFolder: runFolder(job),
    finished: "2020-02-09T00:00:00Z",
  };
}

/** A finished job. */
export function resultOf(job: Job, changes: Partial<JobResult> = {}): JobResult {
  return {
    ...recordOf(job),
    status: "done",
    metrics: { accuracy: 50 },
    curves: {},
    seconds: 1,
    trainingSeconds: 1,
    steps: 1,
    device: { kind: "cpu", adapter: "none", numerics: {} },
    toolkit: "0",
    numericsVersion: 1,
    dataFingerprint: "none",
    standIns: [...job.standIns],
    remarks: [],
    ...changes,
  };
}

/** A failed job. */
export function failureOf(job: Job): JobFailure {
  return { ...recordOf(job), status: "failed", error: "It broke", log: "job.log" };
}
