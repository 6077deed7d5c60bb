/**
 * The progress of a folder's runs, read from its files without locking them.
 *
 * @module
 */
import { readEvents } from "../../src/train/disk.ts";
import { runFolder } from "./jobs/context.ts";
import type { Job } from "./jobs/job.ts";
import { jobsOf, openPaperRun, type ResultPlaces } from "./paper_run.ts";

export interface RunningJob {
  readonly label: string;
  /** The last logged step. */
  readonly step: number;
  /** Total steps; null if the job has none or the number is unknown. */
  readonly steps: number | null;
}

export interface FailedJob {
  readonly label: string;
  readonly error: string;
  /** The log file, relative to the folder. */
  readonly log: string;
}

/** The progress of a folder's runs. */
export interface PaperStatus {
  readonly preset: string;
  readonly counts: { readonly jobs: number; readonly done: number; readonly open: number };
  readonly running: readonly RunningJob[];
  readonly failed: readonly FailedJob[];
}

/**
 * Reads the progress of a folder. Jobs with a committed result are done.
 *
 * @throws {Error} If the folder contains no runs.
 */
export async function paperStatus(places: ResultPlaces): Promise<PaperStatus> {
  const { output } = places;
  const opened = await openPaperRun(places);
  if (opened === null) {
    throw new Error(`${output} contains no runs; start some with albert paper run`);
  }
  const { run, manifest, store } = opened;
  const jobs = jobsOf(run, manifest);
  const running: RunningJob[] = [];
  const failed: FailedJob[] = [];
  let done = 0;
  for (const job of jobs) {
    const outcome = await store.read(job);
    if (outcome?.status === "done") done++;
    else if (await store.isLocked(job)) running.push(await progressOf(job, output));
    else if (outcome?.status === "failed") {
      failed.push({ label: job.label, error: outcome.error, log: outcome.log });
    }
  }
  const open = jobs.length - done - running.length - failed.length;
  return { preset: run.preset, counts: { jobs: jobs.length, done, open }, running, failed };
}

async function progressOf(job: Job, output: string): Promise<RunningJob> {
  const events = await readEvents(`${output}/${runFolder(job)}`);
  const step = Number(events.at(-1)?.step ?? 0);
  return { label: job.label, step, steps: job.kind === "pretrain" ? job.steps : null };
}
