/**
 * The work of `albert paper run`.
 *
 * @module
 */
import settingsFile from "../../deno.json" with { type: "json" };
import { openDevice } from "../../src/device/mod.ts";
import {
  committedCells,
  dataProblem,
  hasOtherData,
  type Job,
  jobCost,
  type JobPlace,
  type JobsObserver,
  jobsOf,
  type JobsSummary,
  JobStore,
  MANIFEST_FILE,
  type PaperRun,
  parseShard,
  preparePaperData,
  readManifest,
  readPaperRun,
  recordPaperRun,
  runJobs,
  Runners,
  type RunnerSettings,
  shardJobs,
} from "../paper/disk.ts";
import { type JobResult, paperPreset } from "../paper/mod.ts";
import { usage, UsageError } from "./errors.ts";
import { onInterrupt } from "./interrupt.ts";
import { deadlineOf } from "./options.ts";
import type { PaperRunFlags } from "./paper.ts";
import { deviceOf, experimentsOf, requestOf } from "./paper_plan.ts";
import { resultsFolder } from "./paper_report.ts";
import { createProgress, duration, printNotice, type Progress } from "./progress.ts";
import { isScreen } from "./terminal.ts";

/** A timer with a longer delay fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Seconds between progress lines of a job if standard error is not a terminal. */
const EVERY = 30;

/** Prepares the data, runs the jobs that are not done, and prints a summary. */
export async function runPaper(flags: PaperRunFlags, words: readonly string[]): Promise<void> {
  const { output, jobs: threads } = flags;
  const experiments = experimentsOf(words);
  const preset = paperPreset(flags.preset);
  const request = requestOf(flags, experiments);
  const shard = flags.shard === undefined ? null : usage(() => parseShard(flags.shard!));
  const deadline = deadlineOf(flags);
  const problem = dataProblem(preset, flags.data);
  if (problem !== null) throw new UsageError(problem);
  let stop = false;
  const stopRequested = () => stop || performance.now() > deadline;
  const progress = new JobProgress(flags.quiet === true, threads, stopRequested);
  const prepared = await preparePaperData({
    output,
    data: flags.data,
    preset,
    seed: flags.seed,
    standIns: flags.standIn ?? [],
    without: flags.without ?? [],
    log: progress.log,
  });
  const { manifest } = prepared;
  const missing = Map.groupBy(Object.entries(manifest.missing), ([, reason]) => reason);
  for (const [reason, parts] of missing) {
    progress.log(`without ${parts.map(([part]) => part).join(", ")}: ${reason}`);
  }
  const device = await openDevice({
    ...deviceOf(flags, await readPaperRun(output)),
    onNotice: progress.log,
  });
  const { kind, blas = "none" } = device.description;
  const asked: PaperRun = { ...request, device: kind };
  const committed = await resultsFolder(flags);
  const isOther = committed !== undefined && await hasOtherData(committed, manifest);
  if (isOther) progress.log(`${committed} has results of other data; this run does not change it`);
  await recordPaperRun(output, { ...asked, ...(kind === "cpu" && { blas }) });
  if (committed !== undefined && !isOther) {
    await recordPaperRun(committed, asked, "--results");
    if (await readManifest(committed) === null) {
      await Deno.copyFile(`${output}/${MANIFEST_FILE}`, `${committed}/${MANIFEST_FILE}`);
    }
  }
  const all = jobsOf(asked, manifest);
  const jobs = shard === null ? all : shardJobs(all, shard, jobCost);
  const store = new JobStore(output, committedCells({ output, committed }), !isOther);
  const settings: RunnerSettings = {
    device: kind,
    blas,
    output,
    prepared,
    preset: preset.name,
    toolkit: settingsFile.version,
    provenance: { deno: Deno.version.deno },
    keepModels: flags.keepModels === true,
  };
  const watcher = { stopRequested, progress: progress.stepped };
  const runners = await Runners.open(settings, threads, device, watcher);
  const endInterrupt = onInterrupt(() => {
    stop = true;
    runners.stop();
    progress.log("Saving and stopping. Press Ctrl-C again to quit now.");
  });
  // The preparation may have taken longer than --max-time.
  const left = Math.min(Math.max(deadline - performance.now(), 0), LONGEST_TIMER_MS);
  const timer = setTimeout(() => runners.stop(), left);
  try {
    summarize(flags, await runJobs(jobs, store, runners.list, progress));
  } finally {
    clearTimeout(timer);
    endInterrupt();
    await runners.close();
  }
}

function summarize({ output, json, preset, quiet }: PaperRunFlags, summary: JobsSummary): void {
  const { done, ran, failures, blocked, left } = summary;
  if (json) console.log(JSON.stringify({ done, ran, failed: failures.length, blocked, left }));
  else if (!quiet) {
    printNotice(
      `${done} jobs done (${ran} now), ${failures.length} failed, ${blocked} skipped because of them, ${left} left`,
    );
    for (const { label, error, log } of failures) {
      printNotice(`failed: ${label}: ${error}; see ${output}/${log}`);
    }
    if (left > 0) {
      printNotice(
        `To continue, run the same command again: albert paper run … --preset ${preset} --output ${output}`,
      );
    }
  }
  if (failures.length > 0) Deno.exitCode = 1;
}

/** Progress on standard error: a line per job, and a bar if jobs run one at a time. */
class JobProgress implements JobsObserver {
  readonly #quiet: boolean;
  readonly #single: boolean;
  readonly stopRequested: () => boolean;
  #bar: Progress | undefined;
  #startedAt = 0;

  /** @param threads number of jobs at a time */
  constructor(quiet: boolean, threads: number, stopRequested: () => boolean) {
    this.#quiet = quiet;
    this.#single = threads === 1;
    this.stopRequested = stopRequested;
  }

  readonly log = (line: string): void => {
    if (this.#quiet) return;
    if (this.#bar === undefined) printNotice(line);
    else this.#bar.log(line);
  };

  readonly stepped = (job: Job, step: number, steps: number): void => {
    if (!this.#single) return;
    if (this.#bar === undefined) {
      // Without a terminal, short jobs print no progress lines.
      const seconds = (performance.now() - this.#startedAt) / 1000;
      if (seconds < EVERY && !isScreen(Deno.stderr)) return;
      this.#bar = createProgress({
        title: job.kind,
        total: steps,
        unit: "step",
        quiet: this.#quiet,
        every: EVERY,
      });
      this.#bar.resume(step);
    }
    this.#bar.update(step);
  };

  started(job: Job, at: JobPlace): void {
    this.#startedAt = performance.now();
    this.log(`${placeText(at)} ${job.label} …`);
  }

  ended: JobsObserver["ended"] = (job, outcome, at) => {
    this.#bar?.end();
    this.#bar = undefined;
    this.log(
      outcome.status === "failed"
        ? `${placeText(at)} ${job.label} failed: ${outcome.error} (${outcome.log})`
        : `${placeText(at)} ${job.label}: ${headline(outcome)} in ${duration(outcome.seconds)}`,
    );
  };

  blocked(job: Job, by: Job): void {
    this.log(`Skipping ${job.label}: it needs ${by.label}`);
  }

  waiting(jobs: number): void {
    this.log(`Waiting for another process that runs the last ${jobs} jobs`);
  }
}

function placeText({ done, total }: JobPlace): string {
  return `[${done}/${total}]`;
}

/** Returns the main metric of a job. */
function headline({ metrics }: JobResult): string {
  const names = ["f1", "accuracy", "matthews_correlation", "pearson", "mlm_accuracy"];
  const name = names.find((each) => each in metrics);
  return name === undefined ? "done" : `${name} ${metrics[name].toFixed(1)}`;
}
