/**
 * Draws the bar of `progress_timer.ts` every second, in a worker thread if possible.
 *
 * @module
 */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { CLEAR_LINE, progressLine } from "./progress_line.ts";
import { SHOWN, type ShownBar, WRITING } from "./progress_timer.ts";

/**
 * Draws the latest bar once per second, unless a thread is writing or the bar is hidden.
 *
 * @param shared see `progress_timer.ts`
 * @param latest the bar and the seconds since it was shown
 * @returns the timer
 */
export function drawEverySecond(
  shared: Int32Array,
  latest: () => { readonly bar: ShownBar; readonly passed: number } | null,
): ReturnType<typeof setInterval> {
  return setInterval(() => {
    const shown = latest();
    // The main thread has just drawn.
    if (shown === null || shown.passed < 0.5) return;
    if (Atomics.compareExchange(shared, WRITING, 0, 1) !== 0) return;
    try {
      if (Atomics.load(shared, SHOWN) === 0) return;
      const { bar: { state, seconds, style }, passed } = shown;
      const line = progressLine(state, seconds + passed, style);
      Deno.stderr.writeSync(new TextEncoder().encode(CLEAR_LINE + line));
    } finally {
      Atomics.store(shared, WRITING, 0);
      Atomics.notify(shared, WRITING);
    }
  }, 1000);
}

if (!isMainThread) {
  let bar: ShownBar | null = null;
  let received = 0;
  parentPort!.on("message", (shown: ShownBar) => {
    bar = shown;
    received = performance.now();
  });
  drawEverySecond(
    new Int32Array(workerData as SharedArrayBuffer),
    () => bar === null ? null : { bar, passed: (performance.now() - received) / 1000 },
  );
}
