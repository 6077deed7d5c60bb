/**
 * How a command ends early: on Ctrl-C, on SIGTERM, and when its launcher is gone.
 *
 * @module
 */

/** Signals within this time count as one, because launcher and terminal both send it. In milliseconds. */
const ONE_SIGNAL = 700;

/**
 * Calls `stop` on the first Ctrl-C or SIGTERM so that the work can end cleanly. A second signal ends
 * the process at once with exit code 130.
 *
 * @returns a function that removes the listeners
 */
export function onInterrupt(stop: (signal: Deno.Signal) => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let first: number | undefined;
  const listeners = signals.map((signal) => {
    const listener = () => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        stop(signal);
      } else if (now - first > ONE_SIGNAL) {
        Deno.exit(130);
      }
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  };
}

/**
 * Ends a process that the launcher started soon after the launcher is killed by SIGKILL, which it
 * cannot forward. Without a launcher it does nothing.
 */
export function followLauncher(): void {
  const launcher = Deno.ppid;
  if (Deno.env.get("ALBERT_LAUNCHER") !== String(launcher)) return;
  Deno.unrefTimer(setInterval(() => {
    if (Deno.ppid !== launcher) Deno.exit(137);
  }, 250));
}
