/**
 * A worker thread of the CPU device. It receives one message to start; from then on it waits on shared memory for runs and computes
 * slices of them.
 *
 * @module
 */
import { KERNELS } from "../../../kernels/mod.ts";
import { KIND, WORD } from "./control.ts";
import { Executor } from "./executor.ts";
import { nodeWorkerThreads, type WorkerStart } from "./spawn.ts";

/** How often a worker polls the control page before it sleeps: for about as long as a wake-up takes. */
const POLLS = 2000;

/** The global scope of a web worker, whose types are not those of the rest of the program. */
const scope = globalThis as unknown as {
  postMessage?(message: string): void;
  onmessage: ((event: MessageEvent<WorkerStart>) => void) | null;
  close?(): void;
};

function serve({ memory, module, scratch }: WorkerStart, post: (message: string) => void): void {
  const kernels = new Map(KERNELS.map((kernel) => [kernel.name, kernel]));
  const executor = new Executor(memory, module, scratch, kernels);
  // The control page does not move when the memory grows, because memory with workers is shared.
  const { words } = executor;
  let seen = Atomics.load(words, WORD.sequence);
  post("ready");
  for (;;) {
    for (let poll = 0; poll < POLLS && Atomics.load(words, WORD.sequence) === seen; poll++);
    Atomics.wait(words, WORD.sequence, seen);
    seen = Atomics.load(words, WORD.sequence);
    if (words[WORD.kind] === KIND.stop) return;
    executor.work();
  }
}

if (scope.postMessage !== undefined) {
  const post = scope.postMessage.bind(scope);
  scope.onmessage = ({ data }) => {
    serve(data, post);
    post("ended");
    scope.onmessage = null;
    // Absent in Deno's workers of node:worker_threads, which end when nothing listens.
    scope.close?.();
  };
} else {
  // Node's workers have a port instead of a global scope with messages. They end when nothing listens.
  const port = nodeWorkerThreads()?.parentPort;
  port?.once(
    "message",
    (start) => serve(start as WorkerStart, (message) => port.postMessage(message)),
  );
}
