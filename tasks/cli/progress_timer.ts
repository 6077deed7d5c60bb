/**
 * Draws a progress bar every second in another thread, because a step of the CPU device can keep the main thread busy for longer.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { workerUrl } from "../../src/workers/mod.ts";
import type { LineStyle, ProgressState } from "./progress_line.ts";

/** Draws a bar every second between the updates. */
export interface BarMover {
  /** Receives what to draw from now; `seconds` have passed since the start of the work. */
  show(state: ProgressState, seconds: number, style: LineStyle): void;
  /** Calls a function that writes, while no bar is drawn. */
  pause(write: () => void): void;
  stop(): void;
}

/** What the thread draws. */
export interface ShownBar {
  readonly state: ProgressState;
  readonly seconds: number;
  readonly style: LineStyle;
}

/** Places in the shared memory: whether a thread is writing, and whether the bar is shown. */
export const WRITING = 0;
/** See {@linkcode WRITING}. */
export const SHOWN = 1;

/** Starts the thread; without permission to read its module, the main thread draws when it is idle. */
export function moveBar(): BarMover {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const { show, stop } = inThread(shared) ?? inThisThread(shared);
  const pause = (write: () => void) => {
    while (Atomics.compareExchange(shared, WRITING, 0, 1) !== 0) {
      Atomics.wait(shared, WRITING, 1, 10);
    }
    try {
      write();
    } finally {
      Atomics.store(shared, WRITING, 0);
      Atomics.notify(shared, WRITING);
    }
  };
  return {
    pause,
    show(state, seconds, style) {
      Atomics.store(shared, SHOWN, 1);
      show({ state, seconds, style });
    },
    stop() {
      pause(() => Atomics.store(shared, SHOWN, 0));
      stop();
    },
  };
}

/** Where the bar is drawn. */
interface Drawer {
  show(bar: ShownBar): void;
  stop(): void;
}

function inThread(shared: Int32Array): Drawer | null {
  try {
    const worker = new Worker(workerUrl("./progress_worker.ts", import.meta.url), {
      workerData: shared.buffer,
    });
    // The process may end while the bar is shown.
    worker.unref();
    worker.on("error", () => {/* The bar stands still between updates. */});
    return {
      show: (bar) => worker.postMessage(bar),
      stop: () => void worker.terminate(),
    };
  } catch {
    return null;
  }
}

function inThisThread(shared: Int32Array): Drawer {
  let latest: { bar: ShownBar; at: number } | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  import("./progress_worker.ts").then(({ drawEverySecond }) => {
    timer = drawEverySecond(
      shared,
      () =>
        latest === null
          ? null
          : { bar: latest.bar, passed: (performance.now() - latest.at) / 1000 },
    );
    Deno.unrefTimer(timer);
  }).catch(() => {/* The bar stands still between updates. */});
  return {
    show: (bar) => latest = { bar, at: performance.now() },
    stop: () => clearInterval(timer),
  };
}
