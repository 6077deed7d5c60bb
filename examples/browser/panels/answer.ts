/**
 * Answers of the worker that depend on the state of a model.
 *
 * @module
 */
import { type Inputs, useEffect, useState } from "preact/hooks";
import { findRun, messageOf } from "../app/state.ts";

/** Milliseconds without a change after which a request is sent. */
const PAUSE = 150;

/** An answer, and the message of the last failure. */
export interface Answer<T> {
  readonly value: T | null;
  readonly error: string | null;
}

/** A number that changes when the model of a run has changed. A model that is not a run stays as it is. */
export function versionOf(model: string): number {
  return findRun(model)?.samples.length ?? 0;
}

/**
 * Requests an answer again whenever an input has changed. The last answer is kept until the next one arrives.
 *
 * @param ask sends the request; an answer that arrives when `isCurrent` returns false is not used
 */
export function useAnswer<T>(
  ask: (isCurrent: () => boolean) => Promise<T>,
  inputs: Inputs,
): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ value: null, error: null });
  useEffect(() => {
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const value = await ask(() => current);
        if (current) setAnswer({ value, error: null });
      } catch (error) {
        if (current) setAnswer({ value: null, error: messageOf(error) });
      }
    }, PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, inputs);
  return answer;
}
