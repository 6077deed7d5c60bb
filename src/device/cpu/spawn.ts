/**
 * Starting a worker thread, in Deno (and Node) or a browser.
 *
 * @module
 */

/** What a worker is told once. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module | null;
  /** Address of the memory that is its own. */
  readonly scratch: number;
}

/** A started worker. */
export interface Thread {
  /** Resolves when it has ended, as the control page tells it to. (A sleeping one cannot be ended by force.) */
  ended(): Promise<void>;
}

/** The part of node:worker_threads that is used here. */
interface NodeWorker {
  on(event: "message" | "error" | "exit", listener: (value: unknown) => void): void;
  postMessage(message: unknown): void;
  unref(): void;
}

type NodeWorkerConstructor = new (url: URL) => NodeWorker;

/**
 * The worker's module. A remote one is imported by a small local one: a worker may not start from another origin, while an import may come from there.
 */
function workerUrl(): URL {
  const url = new URL("./worker.ts", import.meta.url);
  if (url.protocol !== "https:" && url.protocol !== "http:") return url;
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(url.href)};`)}`,
  );
}

/**
 * Starts a worker and resolves when it waits for runs.
 *
 * @throws {Error} when it does not start: no permission to read its file, no such file (in a bundle), no workers at all.
 */
export function spawn(start: WorkerStart): Promise<Thread> {
  const node = nodeWorkers();
  return node === null ? spawnWeb(start) : spawnNode(node, start);
}

/** A worker of node:worker_threads does not keep the process alive, which one of the web cannot be told. */
function nodeWorkers(): NodeWorkerConstructor | null {
  // deno-lint-ignore no-explicit-any -- present in Deno and Node, absent in browsers
  const builtin = (globalThis as any).process?.getBuiltinModule?.("node:worker_threads");
  return builtin?.Worker ?? null;
}

function spawnNode(Worker: NodeWorkerConstructor, start: WorkerStart): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl());
    const ended = new Promise<void>((resolve) => worker.on("exit", () => resolve()));
    worker.on("error", reject);
    worker.on("message", () => {
      worker.unref();
      resolve({
        async ended() {
          // The worker does not keep the process alive until its end is heard of; a timer does.
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
    const worker = new Worker(workerUrl(), { type: "module" });
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
