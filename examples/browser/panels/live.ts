/**
 * Requests that follow what the visitor types.
 *
 * @module
 */
import { useEffect, useRef } from "preact/hooks";
import { messageOf, notice } from "../app/state.ts";

/** Milliseconds without a key after which a request is sent. */
const PAUSE = 80;

/**
 * Calls a function once its inputs have not changed for a moment. At most one call is in progress; of those that wait, the last one counts. Errors are shown to the
 * visitor.
 *
 * @param inputs what the function depends on
 * @param action null if there is nothing to do
 * @param clear removes the last answer; called if there is nothing to do, and after an error
 */
export function useLive(
  inputs: readonly unknown[],
  action: (() => Promise<void>) | null,
  clear: () => void,
): void {
  const busy = useRef(false);
  const wanted = useRef<(() => Promise<void>) | null>(null);
  /** Whether nothing is to be done, so that answers that arrive later do not count. */
  const idle = useRef(true);
  /** The message that is shown. Those of others stay. */
  const shown = useRef<string | null>(null);
  const show = (message: string | null) => {
    if (message !== null || notice.value === shown.current) notice.value = message;
    shown.current = message;
  };
  useEffect(() => {
    wanted.current = action;
    idle.current = action === null;
    if (action === null) {
      clear();
      show(null);
      return;
    }
    const timer = setTimeout(async () => {
      if (busy.current) return;
      busy.current = true;
      for (let next; (next = wanted.current) !== null;) {
        wanted.current = null;
        const message = await next().then(() => null, messageOf);
        if (message !== null || idle.current) clear();
        show(idle.current ? null : message);
      }
      busy.current = false;
    }, PAUSE);
    return () => clearTimeout(timer);
  }, inputs);
  useEffect(() => () => {
    wanted.current = null;
    idle.current = true;
    show(null);
  }, []);
}
