/**
 * What `paper run` tells on standard error: a line for every job, and a bar for the one under way where it is alone.
 *
 * @module
 */
import type { Job, JobPlace, JobsObserver } from "../../paper/disk.ts";
import type { JobResult } from "../../paper/mod.ts";
import { createProgress, duration, type Progress } from "../progress.ts";

/** Seconds between plain lines: a run may have hundreds of jobs. */
const EVERY = 30;

/** Tells of jobs as they come. */
export class JobProgress implements JobsObserver {
  readonly #quiet: boolean;
  readonly #alone: boolean;
  readonly stopRequested: () => boolean;
  #bar: Progress | undefined;
  #startedAt = 0;

  /** @param threads jobs at a time */
  constructor(quiet: boolean, threads: number, stopRequested: () => boolean) {
    this.#quiet = quiet;
    this.#alone = threads === 1;
    this.stopRequested = stopRequested;
  }

  /** A line of its own. */
  readonly say = (line: string): void => {
    if (this.#quiet) return;
    if (this.#bar === undefined) console.error(line);
    else this.#bar.say(line);
  };

  /** A job has done so many of its steps. */
  readonly stepped = (job: Job, step: number, steps: number): void => {
    if (!this.#alone) return;
    if (this.#bar === undefined) {
      // Where lines cannot be drawn over, short jobs say nothing on the way.
      const seconds = (performance.now() - this.#startedAt) / 1000;
      if (seconds < EVERY && !Deno.stderr.isTerminal()) return;
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
    this.say(`${placeText(at)} ${job.label} …`);
  }

  ended: JobsObserver["ended"] = (job, outcome, at) => {
    this.#bar?.end();
    this.#bar = undefined;
    this.say(
      outcome.status === "failed"
        ? `${placeText(at)} ${job.label} failed: ${outcome.error} (${outcome.log})`
        : `${placeText(at)} ${job.label}: ${headline(outcome)} in ${duration(outcome.seconds)}`,
    );
  };

  blocked(job: Job, by: Job): void {
    this.say(`${job.label} is left out: it needs ${by.label}`);
  }

  waiting(jobs: number): void {
    this.say(`waiting for another process that works on the last ${jobs} jobs`);
  }
}

function placeText({ done, total }: JobPlace): string {
  return `[${done}/${total}]`;
}

/** The metric that tells most in a line. */
function headline({ metrics }: JobResult): string {
  const names = ["f1", "accuracy", "matthews_correlation", "pearson", "mlm_accuracy"];
  const name = names.find((each) => each in metrics);
  return name === undefined ? "done" : `${name} ${metrics[name].toFixed(1)}`;
}
