/**
 * Tokenizes on all cores.
 *
 * @module
 */
import { type JobDocument, type JobResult, runTokenizeJob } from "../tokenize_job.ts";
import { loaded, WorkerCall, workerUrl } from "../../workers/mod.ts";
import type { TokenizerSnapshot } from "../../text/mod.ts";
import type { PieceTokenizer } from "../vocabulary.ts";

/** Runs tokenizing jobs. */
export interface TokenizePool {
  /** Number of jobs to submit in advance to keep all workers busy. */
  readonly depth: number;
  /** Runs a job. */
  run(documents: readonly JobDocument[]): Promise<JobResult>;
  /** Ends the workers. */
  close(): void;
}

/**
 * Tokenizes in this thread.
 *
 * @param tokenizer The tokenizer.
 * @returns A pool without workers.
 */
export function inlinePool(tokenizer: Pick<PieceTokenizer, "encodeIds">): TokenizePool {
  return {
    depth: 1,
    run: (documents) => Promise.resolve(runTokenizeJob(documents, tokenizer)),
    close() {},
  };
}

/**
 * Tokenizes in workers, each with its own tokenizer.
 *
 * @param snapshot The tokenizer as plain data.
 * @param count Number of workers.
 * @returns The pool.
 */
export function workerPool(snapshot: TokenizerSnapshot, count: number): TokenizePool {
  const workers = Array.from({ length: count }, () => {
    const worker = startWorker();
    const started = worker.call("start", snapshot);
    started.catch(() => {}); // It rejects the jobs.
    return { worker, started };
  });
  const loading = loaded(workers.map(({ worker }) => worker));
  loading.catch(() => {}); // It rejects the jobs too.
  return {
    depth: 2 * count,
    async run(documents) {
      await loading;
      const { worker, started } = workers.reduce((a, b) =>
        b.worker.pending < a.worker.pending ? b : a
      );
      const [result] = await Promise.all([worker.call("tokenize", documents), started]);
      return result;
    },
    close: () => workers.forEach(({ worker }) => worker.close()),
  };
}

function startWorker() {
  return new WorkerCall({
    name: "tokenizing worker",
    url: workerUrl("./tokenize_worker.ts", import.meta.url),
    load: () => import("./tokenize_worker.ts"),
  });
}
