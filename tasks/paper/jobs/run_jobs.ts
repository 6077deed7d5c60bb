/**
 * Runs jobs: what is needed first, each once whoever else works in the folder, past those that fail.
 *
 * @module
 */
import type { JobFailure, JobOutcome } from "../result.ts";
import { dependencies, type Job } from "./job.ts";
import type { JobStore } from "./store.ts";

/** Carries out one job at a time. */
export interface JobRunner {
  /** Null when it was asked to stop. */
  run(job: Job): Promise<JobOutcome | null>;
}

/** What the caller wants to hear. */
export interface JobsObserver {
  started(job: Job, place: JobPlace): void;
  ended(job: Job, outcome: JobOutcome, place: JobPlace): void;
  /** A job cannot run because one that it needs failed. */
  blocked(job: Job, by: Job): void;
  /** Another process does what is left. */
  waiting(jobs: number): void;
  stopRequested(): boolean;
}

/** How far all of it is. */
export interface JobPlace {
  /** Done before or by now. */
  readonly done: number;
  readonly total: number;
}

/** How a run ended. */
export interface JobsSummary {
  /** Finished, by this or an earlier call. */
  readonly done: number;
  /** Of those, by this one. */
  readonly ran: number;
  readonly failures: readonly JobFailure[];
  /** Not run because something they need failed. */
  readonly blocked: number;
  /** Not run because of a request to stop. */
  readonly left: number;
}

/** Between two looks at what other processes have done. */
const LOOK_AGAIN_MS = 1000;

/** Runs all jobs that are not done, on as many runners as there are. */
export async function runJobs(
  jobs: readonly Job[],
  store: JobStore,
  runners: readonly JobRunner[],
  observer: JobsObserver,
): Promise<JobsSummary> {
  const run = new JobsRun(jobs, store, observer, await doneCheck(jobs, store));
  await run.look();
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

  /** Takes over what is done; a failure of an earlier call is tried again. */
  async look(): Promise<void> {
    for (const job of this.#jobs) {
      if (this.#stateOf(job) !== "open") continue;
      if (!await this.#isDone(job)) continue;
      this.#states.set(job.address, "done");
      await this.#store.keep(job);
    }
  }

  /** Carries out jobs until none is left that it could. */
  async work(runner: JobRunner): Promise<void> {
    while (!this.#observer.stopRequested()) {
      this.#block();
      const open = this.#jobs.filter((job) => this.#stateOf(job) === "open");
      if (open.length === 0) return;
      if (await this.#workOnOne(runner, open)) continue;
      const othersWork = ![...this.#states.values()].includes("running");
      if (othersWork && !this.#waiting) this.#observer.waiting(open.length);
      this.#waiting = othersWork;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      await this.look();
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

  /** Whether there was a job that could be taken. */
  async #workOnOne(runner: JobRunner, open: readonly Job[]): Promise<boolean> {
    for (const job of open) {
      const ready = dependencies(job).every((needed) => this.#stateOf(needed) === "done");
      // Another runner may have taken it while this one waited for a lock.
      if (!ready || this.#stateOf(job) !== "open") continue;
      this.#states.set(job.address, "running");
      using taken = await this.#store.take(job);
      if (taken === null) {
        this.#states.set(job.address, "open");
        continue;
      }
      // It may have been done between the look and the lock.
      if (await this.#isDone(job)) this.#states.set(job.address, "done");
      else await this.#carryOut(runner, job);
      return true;
    }
    return false;
  }

  async #carryOut(runner: JobRunner, job: Job): Promise<void> {
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

  /** Jobs behind a failed one will not run; another process may still do them. */
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
 * What tells whether a job is done. Where a job that is not done starts from a model, a result alone does not do: it may be a committed one, whose weights are
 * on another machine.
 */
async function doneCheck(
  jobs: readonly Job[],
  store: JobStore,
): Promise<(job: Job) => Promise<boolean>> {
  const models = new Set<string>();
  const isDone = async (job: Job) =>
    (await store.read(job))?.status === "done" &&
    (!models.has(job.address) || await store.hasModel(job));
  // What is needed stands first, so from the end every job is seen before what it needs.
  for (const job of jobs.toReversed()) {
    if (await isDone(job)) continue;
    for (const { address } of dependencies(job)) models.add(address);
  }
  return isDone;
}
