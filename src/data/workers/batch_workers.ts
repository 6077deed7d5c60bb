/**
 * Builds batches in workers while the device computes.
 *
 * @module
 */
import { WorkerCall, workerUrl } from "../../workers/mod.ts";
import type { PretrainingBatch } from "../batch.ts";
import { type BatchPlan, inlineBatches, type StepBatches } from "./step_batches.ts";

/** Number of steps per worker that are built before they are requested. */
const AHEAD = 2;

/**
 * Builds the batches of a run. Each worker builds whole steps; the next steps go to the workers in turn. The batches are those that this thread would build, so
 * the number of workers does not change them. If workers cannot be started or fail, this thread builds the batches.
 *
 * A worker shares the memory of the shards if it is shared memory, and has its own table of the chunks (about 20 bytes per example of an epoch).
 *
 * @param plan What each step reads.
 * @param workers Number of workers; 0 builds in this thread.
 * @param log Receives a line when the workers are given up.
 * @returns The batches. Close them at the end.
 */
export function stepBatches(
  plan: BatchPlan,
  workers: number,
  log: (line: string) => void = () => {},
): StepBatches {
  return workers === 0 ? inlineBatches(plan) : new WorkerBatches(plan, workers, log);
}

function startWorker() {
  return new WorkerCall({
    name: "batch worker",
    url: workerUrl("./batch_worker.ts", import.meta.url),
    load: () => import("./batch_worker.ts"),
  });
}

class WorkerBatches implements StepBatches {
  readonly #plan: BatchPlan;
  readonly #inline: StepBatches;
  readonly #log: (line: string) => void;
  readonly #workers: ReturnType<typeof startWorker>[] = [];
  readonly #built = new Map<number, Promise<readonly PretrainingBatch[]>>();
  /** The first step that no worker was asked for. */
  #next = 0;
  #closed = false;

  constructor(plan: BatchPlan, workers: number, log: (line: string) => void) {
    this.#plan = plan;
    this.#inline = inlineBatches(plan);
    this.#log = log;
    try {
      for (let i = 0; i < workers; i++) {
        const worker = startWorker();
        this.#workers.push(worker);
        // If the worker fails, its steps are rejected too.
        worker.call("start", plan.recipes).catch(() => {});
      }
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  async at(step: number): Promise<readonly PretrainingBatch[]> {
    this.#request(step);
    try {
      const batches = await this.#built.get(step);
      this.#built.delete(step);
      if (batches !== undefined) return batches;
    } catch (error) {
      if (this.#closed) throw error;
      if (this.#workers.length > 0) this.#giveUp(error as Error);
    }
    // What a worker could not build fails here in the same way.
    return await this.#inline.at(step);
  }

  close(): void {
    this.#closed = true;
    this.#endWorkers();
  }

  /** Makes sure that a step and the steps after it are being built. */
  #request(step: number): void {
    const { length } = this.#workers;
    if (length === 0) return;
    const end = Math.min(step + 1 + AHEAD * length, this.#plan.steps);
    for (this.#next = Math.max(this.#next, step); this.#next < end; this.#next++) {
      const built = this.#workers[this.#next % length].call("build", this.#plan.jobOf(this.#next));
      built.catch(() => {}); // The run may end before it uses this step.
      this.#built.set(this.#next, built);
    }
  }

  #giveUp({ message }: Error): void {
    this.#log(`Building batches in the main thread from now on: ${message}`);
    this.#endWorkers();
  }

  #endWorkers(): void {
    for (const worker of this.#workers.splice(0)) worker.close();
    this.#built.clear();
  }
}
