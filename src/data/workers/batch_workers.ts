/**
 * Builds batches in workers while the device computes.
 *
 * @module
 */
import type { PretrainingBatch } from "../batch.ts";
import type { SourceRecipe } from "../source_recipe.ts";
import { type BatchPlan, inlineBatches, type StepBatches, type StepJob } from "./step_batches.ts";

/** What a worker is sent: first the recipes, then jobs. */
export type BatchRequest =
  | { readonly recipes: readonly SourceRecipe[] }
  | { readonly step: number; readonly job: StepJob };
/** What a worker answers to each job. */
export type BatchAnswer =
  | { readonly step: number; readonly batches: readonly PretrainingBatch[] }
  | { readonly step: number; readonly error: string };

/** Steps that are built, or being built, before they are asked for, for each worker. */
const AHEAD = 2;

/**
 * The batches of a run. With workers, each builds whole steps, the next ones in turn; the batches are those that this thread would build, so that their
 * number changes nothing. Where workers cannot be started or fail, this thread builds.
 *
 * A worker shares the shards' memory where it is shared memory, and has a table of the chunks of its own (about 20 bytes an example of a pass).
 *
 * @param plan What steps read.
 * @param workers How many; 0 builds in this thread.
 * @param say Told when workers are given up.
 * @returns The batches; close them at the end.
 */
export function stepBatches(
  plan: BatchPlan,
  workers: number,
  say: (line: string) => void = () => {},
): StepBatches {
  return workers === 0 ? inlineBatches(plan) : new WorkerBatches(plan, workers, say);
}

class WorkerBatches implements StepBatches {
  readonly #plan: BatchPlan;
  readonly #inline: StepBatches;
  readonly #say: (line: string) => void;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly PretrainingBatch[]>>();
  /** The next step that no worker was asked for. */
  #next = 0;

  constructor(plan: BatchPlan, workers: number, say: (line: string) => void) {
    this.#plan = plan;
    this.#inline = inlineBatches(plan);
    this.#say = say;
    try {
      for (let i = 0; i < workers; i++) this.#workers.push(this.#start());
    } catch (error) {
      this.#giveUp(error as Error);
    }
  }

  async at(step: number): Promise<readonly PretrainingBatch[]> {
    this.#ask(step);
    try {
      const batches = await this.#waiting.get(step)?.promise;
      this.#waiting.delete(step);
      if (batches !== undefined) return batches;
    } catch (error) {
      this.#giveUp(error as Error);
    }
    // What a worker could not build fails here in the same way, with the error itself.
    return await this.#inline.at(step);
  }

  close(): void {
    for (const worker of this.#workers.splice(0)) worker.terminate();
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./batch_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<BatchAnswer>) => {
      const waiting = this.#waiting.get(data.step);
      if ("batches" in data) waiting?.resolve(data.batches);
      else waiting?.reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      for (const waiting of this.#waiting.values()) waiting.reject(new Error(event.message));
    };
    worker.postMessage({ recipes: this.#plan.recipes } satisfies BatchRequest);
    return worker;
  }

  /** Sees to it that a step and those after it are being built. */
  #ask(step: number): void {
    const { length } = this.#workers;
    if (length === 0) return;
    const end = Math.min(step + 1 + AHEAD * length, this.#plan.steps);
    for (this.#next = Math.max(this.#next, step); this.#next < end; this.#next++) {
      const waiting = Promise.withResolvers<readonly PretrainingBatch[]>();
      // A step that nobody asks for any more may fail unheard.
      waiting.promise.catch(() => {});
      this.#waiting.set(this.#next, waiting);
      const request: BatchRequest = { step: this.#next, job: this.#plan.jobOf(this.#next) };
      this.#workers[this.#next % length].postMessage(request);
    }
  }

  #giveUp({ message }: Error): void {
    if (this.#workers.length > 0) {
      this.#say(`examples are built without workers from here on: ${message}`);
    }
    this.close();
  }
}
