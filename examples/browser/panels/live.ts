/**
 * Requests that follow what the visitor types.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { notice } from "../app/state.ts";

/** Milliseconds without a key after which a request is sent. */
const PAUSE = 80;

/**
 * Calls a function once its inputs have not changed for a moment. At most one call is in progress; of those that wait, the last one counts. Errors are shown to the
 * visitor.
 *
 * @param inputs what the function depends on
 * @param action null if there is nothing to do
 */
export function useLive(inputs: readonly unknown[], action: (() => Promise<void>) | null): void {
  const busy = useRef(false);
  const wanted = useRef<(() => Promise<void>) | null>(null);
  useEffect(() => {
    wanted.current = action;
    if (action === null) return;
    const timer = setTimeout(async () => {
      if (busy.current) return;
      busy.current = true;
      for (let next; (next = wanted.current) !== null;) {
        wanted.current = null;
        await next().then(() => notice.value = null, ({ message }) => notice.value = message);
      }
      busy.current = false;
    }, PAUSE);
    return () => clearTimeout(timer);
  }, inputs);
}
