/**
 * Runs jobs in order of their dependencies, each once even if several processes share the folder. A failure does not stop the others.
 *
 * @module
 */
import type { JobFailure, JobOutcome } from "../result.ts";
import { dependencies, type Job } from "./job.ts";
import type { JobStore } from "./store.ts";

/** Runs one job at a time. */
export interface JobRunner {
  /** Returns null if a stop was requested. */
  run(job: Job): Promise<JobOutcome | null>;
}

/** Callbacks of {@linkcode runJobs}. */
export interface JobsObserver {
  started(job: Job, place: JobPlace): void;
  ended(job: Job, outcome: JobOutcome, place: JobPlace): void;
  /** Called if a job cannot run because a dependency failed. */
  blocked(job: Job, by: Job): void;
  /** Called once if only other processes have jobs to run. */
  waiting(jobs: number): void;
  stopRequested(): boolean;
}

/** The progress of all jobs. */
export interface JobPlace {
  /** Jobs finished by this or earlier calls. */
  readonly done: number;
  readonly total: number;
}

/** The outcome of {@linkcode runJobs}. */
export interface JobsSummary {
  /** Jobs finished by this or earlier calls. */
  readonly done: number;
  /** Jobs finished by this call. */
  readonly ran: number;
  readonly failures: readonly JobFailure[];
  /** Jobs not run because a dependency failed. */
  readonly blocked: number;
  /** Jobs not run because a stop was requested. */
  readonly left: number;
}

/** Interval between checks for results of other processes. */
const POLL_INTERVAL_MS = 1000;

/** Runs all unfinished jobs, distributed over the runners. */
export async function runJobs(
  jobs: readonly Job[],
  store: JobStore,
  runners: readonly JobRunner[],
  observer: JobsObserver,
): Promise<JobsSummary> {
  const run = new JobsRun(jobs, store, observer, await doneCheck(jobs, store));
  await run.poll();
  await Promise.all(runners.map((runner) => run.work(runner)));
  return run.summary();
}

type State = "open" | "running" | "done" | "failed" | "blocked";

class JobsRun {
  readonly #jobs: readonly Job[];
  readonly #store: JobStore;
  readonly #observer: JobsObserver;
  readonly #isDone: (job: Job) => Promise<boolean>;
  readonly #states = new Map<string, State>();
  readonly #failures = new Map<string, JobFailure>();
  #ran = 0;
  #waiting = false;

  constructor(
    jobs: readonly Job[],
    store: JobStore,
    observer: JobsObserver,
    isDone: (job: Job) => Promise<boolean>,
  ) {
    this.#jobs = jobs;
    this.#store = store;
    this.#observer = observer;
    this.#isDone = isDone;
    for (const { address } of jobs) this.#states.set(address, "open");
  }

  /** Marks jobs that have finished; failures of earlier calls are retried. */
  async poll(): Promise<void> {
    for (const job of this.#jobs) {
      if (this.#stateOf(job) !== "open") continue;
      if (!await this.#isDone(job)) continue;
      this.#states.set(job.address, "done");
      await this.#store.commit(job);
    }
  }

  /** Runs jobs until none is open. */
  async work(runner: JobRunner): Promise<void> {
    while (!this.#observer.stopRequested()) {
      this.#block();
      const open = this.#jobs.filter((job) => this.#stateOf(job) === "open");
      if (open.length === 0) return;
      if (await this.#workOnOne(runner, open)) continue;
      const othersWork = ![...this.#states.values()].includes("running");
      if (othersWork && !this.#waiting) this.#observer.waiting(open.length);
      this.#waiting = othersWork;
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
      await this.poll();
    }
  }

  summary(): JobsSummary {
    const count = (state: State) =>
      [...this.#states.values()].filter((each) => each === state).length;
    return {
      done: count("done"),
      ran: this.#ran,
      failures: [...this.#failures.values()],
      blocked: count("blocked"),
      left: count("open"),
    };
  }

  /** Runs the first job that is ready and not locked; returns false if there is none. */
  async #workOnOne(runner: JobRunner, open: readonly Job[]): Promise<boolean> {
    for (const job of open) {
      const ready = dependencies(job).every((needed) => this.#stateOf(needed) === "done");
      // Another runner may have started it while this one waited for a lock.
      if (!ready || this.#stateOf(job) !== "open") continue;
      this.#states.set(job.address, "running");
      using lock = await this.#store.lock(job);
      if (lock === null) {
        this.#states.set(job.address, "open");
        continue;
      }
      // It may have finished between the poll and the lock.
      if (await this.#isDone(job)) this.#states.set(job.address, "done");
      else await this.#run(runner, job);
      return true;
    }
    return false;
  }

  async #run(runner: JobRunner, job: Job): Promise<void> {
    this.#observer.started(job, this.#place());
    const outcome = await runner.run(job);
    if (outcome === null) {
      this.#states.set(job.address, "open");
      return;
    }
    await this.#store.write(outcome);
    this.#states.set(job.address, outcome.status);
    if (outcome.status === "failed") this.#failures.set(job.address, outcome);
    else this.#ran++;
    this.#observer.ended(job, outcome, this.#place());
  }

  /** Marks jobs with a failed dependency. */
  #block(): void {
    for (const job of this.#jobs) {
      if (this.#stateOf(job) !== "open") continue;
      const by = dependencies(job).find((needed) =>
        ["failed", "blocked"].includes(this.#stateOf(needed))
      );
      if (by === undefined) continue;
      this.#states.set(job.address, "blocked");
      this.#observer.blocked(job, by);
    }
  }

  #stateOf({ address }: Job): State {
    return this.#states.get(address)!;
  }

  #place(): JobPlace {
    const done = [...this.#states.values()].filter((state) => state === "done").length;
    return { done, total: this.#jobs.length };
  }
}

/**
 * Returns a function that checks whether a job is finished. If an unfinished job depends on a model, the model's result alone is not sufficient: it may be a
 * committed one without weights on this machine.
 */
async function doneCheck(
  jobs: readonly Job[],
  store: JobStore,
): Promise<(job: Job) => Promise<boolean>> {
  const models = new Set<string>();
  const isDone = async (job: Job) =>
    (await store.read(job))?.status === "done" &&
    (!models.has(job.address) || await store.hasModel(job));
  // Dependencies come first, so in reverse order every job is visited before its dependencies.
  for (const job of jobs.toReversed()) {
    if (await isDone(job)) continue;
    for (const { address } of dependencies(job)) models.add(address);
  }
  return isDone;
}
