/** Signals closer together than this (in milliseconds) are one: launcher and terminal both send it. */
const ONE_SIGNAL = 700;

/**
 * Calls `stop` at the first Ctrl-C or SIGTERM, so that the work can end where it is safe; a second
 * one ends the process at once with exit code 130. Returns what puts the default back.
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
