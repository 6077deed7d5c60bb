/**
 * Tokenizes on all cores.
 *
 * @module
 */
import { type JobDocument, type JobResult, runTokenizeJob } from "../tokenize_job.ts";
import type { PieceTokenizer } from "../vocabulary.ts";

/** Runs tokenizing jobs; results come in any order, each by its promise. */
export interface TokenizePool {
  /** How many jobs may wait at once without the workers running dry. */
  readonly depth: number;
  /** Runs a job. */
  run(documents: readonly JobDocument[]): Promise<JobResult>;
  /** Ends the workers. */
  close(): void;
}

/**
 * Tokenizes in this thread.
 *
 * @param tokenizer Gives the ids.
 * @returns A pool without workers.
 */
export function inlinePool(tokenizer: Pick<PieceTokenizer, "encodeIds">): TokenizePool {
  return {
    depth: 1,
    run: (documents) => Promise.resolve(runTokenizeJob(documents, tokenizer)),
    close() {},
  };
}

/** What a worker is sent: first a `tokenizer.json`, then jobs. */
export type WorkerRequest = { tokenizerJson: string } | { documents: readonly JobDocument[] };
/** What a worker answers to each job. */
export type WorkerAnswer = { result: JobResult } | { error: string };

/**
 * Tokenizes in workers, each with a tokenizer of its own.
 *
 * @param tokenizerJson The tokenizer, as a `tokenizer.json`.
 * @param count How many workers.
 * @returns The pool.
 */
export function workerPool(tokenizerJson: string, count: number): TokenizePool {
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./tokenize_worker.ts", import.meta.url), {
      type: "module",
    });
    worker.postMessage({ tokenizerJson } satisfies WorkerRequest);
    return new PooledWorker(worker);
  });
  return {
    depth: 2 * count,
    run: (documents) => {
      const idlest = workers.reduce((a, b) => b.waiting < a.waiting ? b : a);
      return idlest.run(documents);
    },
    close: () => workers.forEach((worker) => worker.close()),
  };
}

/** A worker and the jobs that it has not answered yet; it answers in order. */
class PooledWorker {
  readonly #worker: Worker;
  readonly #pending: PromiseWithResolvers<JobResult>[] = [];
  #failure: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      const job = this.#pending.shift();
      if ("result" in data) job?.resolve(data.result);
      else job?.reject(new Error(data.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#failure = new Error(`A tokenizing worker failed: ${event.message}`);
      for (const job of this.#pending.splice(0)) job.reject(this.#failure);
    };
  }

  get waiting(): number {
    return this.#pending.length;
  }

  run(documents: readonly JobDocument[]): Promise<JobResult> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const job = Promise.withResolvers<JobResult>();
    this.#pending.push(job);
    this.#worker.postMessage({ documents } satisfies WorkerRequest);
    return job.promise;
  }

  close(): void {
    this.#worker.terminate();
  }
}
