/**
 * A worker thread of the CPU device: waits for runs and takes slices of them. It hears nothing but its first message, since it sleeps on shared memory.
 *
 * @module
 */
import { KERNELS } from "../../../kernels/mod.ts";
import { KIND, WORD } from "./control.ts";
import { Executor } from "./executor.ts";
import type { WorkerStart } from "./spawn.ts";

/** Looks at the control page this often before it goes to sleep: about as long as a wake-up takes. */
const LOOKS = 2000;

/** The scope of a worker: Deno's types know one scope at a time, and the rest of us is no worker. */
const scope = globalThis as unknown as {
  postMessage(message: string): void;
  onmessage: ((event: MessageEvent<WorkerStart>) => void) | null;
  close?(): void;
};

function serve({ memory, module, scratch }: WorkerStart): void {
  const kernels = new Map(KERNELS.map((kernel) => [kernel.name, kernel]));
  const executor = new Executor(memory, module, scratch, kernels);
  // The page stays where it is while the memory grows: it is shared, or there were no workers.
  const { words } = executor;
  let seen = Atomics.load(words, WORD.sequence);
  scope.postMessage("ready");
  for (;;) {
    for (let look = 0; look < LOOKS && Atomics.load(words, WORD.sequence) === seen; look++);
    Atomics.wait(words, WORD.sequence, seen);
    seen = Atomics.load(words, WORD.sequence);
    if (words[WORD.kind] === KIND.stop) return;
    executor.work();
  }
}

scope.onmessage = ({ data }: MessageEvent<WorkerStart>) => {
  serve(data);
  scope.postMessage("ended");
  scope.onmessage = null;
  // Absent in workers of node:worker_threads, which end when nothing listens.
  scope.close?.();
};
