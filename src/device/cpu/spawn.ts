/**
 * Starts worker threads in Deno, Node and browsers.
 *
 * @module
 */
import { workerUrl } from "../../workers/mod.ts";

/** The message that starts a worker. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module | null;
  /** Address of the worker's own scratch memory. */
  readonly scratch: number;
}

/** A started worker. */
export interface Thread {
  /** Resolves when the worker has ended. The control page requests that. A sleeping worker cannot be terminated. */
  ended(): Promise<void>;
}

/** The part of node:worker_threads that is used here. */
interface NodeWorkerThreads {
  readonly Worker: new (url: URL) => NodeWorker;
  /** Null in the main thread. */
  readonly parentPort: {
    once(event: "message", listener: (value: unknown) => void): void;
    postMessage(message: unknown): void;
  } | null;
}

interface NodeWorker {
  on(event: "message" | "error" | "exit", listener: (value: unknown) => void): void;
  postMessage(message: unknown): void;
  unref(): void;
}

const WORKER = {
  /** A function, since bundles that are not modules have no `import.meta.url` when they load. */
  url: () => workerUrl("./cpu_worker.ts", import.meta.url),
  /** Never called; makes the worker part of the module graph, so that `deno cache` fetches it. */
  load: () => import("./cpu_worker.ts"),
};

/**
 * Starts a worker. Resolves when it waits for runs.
 *
 * @throws {Error} if it cannot start: no permission to read its module, no such file (in a bundle), or no support for workers.
 */
export function spawn(start: WorkerStart): Promise<Thread> {
  const node = nodeWorkerThreads();
  return node === null ? spawnWeb(start) : spawnNode(node, start);
}

/** node:worker_threads in Deno and Node, else null. Its workers can be prevented from keeping the process alive; web workers cannot. */
export function nodeWorkerThreads(): NodeWorkerThreads | null {
  // deno-lint-ignore no-explicit-any -- present in Deno and Node, absent in browsers
  return (globalThis as any).process?.getBuiltinModule?.("node:worker_threads") ?? null;
}

function spawnNode({ Worker }: NodeWorkerThreads, start: WorkerStart): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER.url());
    const ended = new Promise<void>((resolve) => worker.on("exit", () => resolve()));
    worker.on("error", reject);
    ended.then(() => reject(new Error("The worker ended before it was ready")));
    worker.on("message", () => {
      worker.unref();
      resolve({
        async ended() {
          // The worker does not keep the process alive until its end is reported; a timer does.
          const alive = setInterval(() => {}, 1000);
          await ended;
          clearInterval(alive);
        },
      });
    });
    worker.postMessage(start);
  });
}

function spawnWeb(start: WorkerStart): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER.url(), { type: "module" });
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    const ended = Promise.withResolvers<void>();
    worker.onmessage = ({ data }) => {
      if (data === "ended") ended.resolve();
      else resolve({ ended: () => ended.promise });
    };
    worker.postMessage(start);
  });
}
