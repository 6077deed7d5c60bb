/**
 * How far the runs of a folder are, told from its files alone: whoever asks disturbs nobody.
 *
 * @module
 */
import { readEvents } from "../../src/train/disk.ts";
import { runFolder } from "./jobs/context.ts";
import type { Job } from "./jobs/job.ts";
import { jobsOf, openPaperRun } from "./paper_run.ts";

/** A job under way. */
export interface RunningJob {
  readonly label: string;
  /** The last one logged. */
  readonly step: number;
  /** All that it has; null where it has none or they are not known beforehand. */
  readonly steps: number | null;
}

/** A job that failed. */
export interface FailedJob {
  readonly label: string;
  readonly error: string;
  /** Relative to the folder. */
  readonly log: string;
}

/** How far a folder's runs are. */
export interface PaperStatus {
  readonly preset: string;
  readonly counts: { readonly jobs: number; readonly done: number; readonly open: number };
  readonly running: readonly RunningJob[];
  readonly failed: readonly FailedJob[];
}

/**
 * Looks at a folder.
 *
 * @throws {Error} when nothing was ever run there.
 */
export async function paperStatus(output: string): Promise<PaperStatus> {
  const opened = await openPaperRun({ output });
  if (opened === null) throw new Error(`${output} holds no runs; start some with albert paper run`);
  const { run, manifest, store } = opened;
  const jobs = jobsOf(run, manifest);
  const running: RunningJob[] = [];
  const failed: FailedJob[] = [];
  let done = 0;
  for (const job of jobs) {
    const outcome = await store.read(job);
    if (outcome?.status === "done") done++;
    else if (await store.isTaken(job)) running.push(await progressOf(job, output));
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
