/**
 * The page's side of the protocol: calls the worker and receives its events.
 *
 * @module
 */
import { Problem } from "./problem.ts";
import type { FromWorker, LoadProgress, Requests, RunEvent, ToWorker } from "./protocol.ts";

/** Calls of a worker. */
export class Client {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;
  #answers = false;
  /** Why the worker did not start. */
  #failure: Error | null = null;

  /**
   * Starts a worker.
   *
   * @param onEvent receives the events of all runs
   * @param onProgress receives the progress of downloads
   */
  constructor(
    url: URL,
    onEvent: (event: RunEvent) => void,
    onProgress: (progress: LoadProgress) => void,
  ) {
    this.#worker = new Worker(url, { type: "module", name: "albert" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#answers = true;
      if ("event" in data) return onEvent(data.event);
      if ("progress" in data) return onProgress(data.progress);
      const call = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if ("error" in data) call?.reject(new Problem(data.error));
      else call?.resolve(data.result);
    };
    this.#worker.onerror = (event) => {
      // A script that cannot be loaded has no message.
      if (event.message) console.error(event.message);
      const error = new Problem(
        `The part of the page that computes ${
          event.message ? "has stopped" : "cannot be loaded"
        }. Reload the page.`,
      );
      if (!this.#answers) this.#failure = error;
      for (const call of this.#pending.values()) call.reject(error);
      this.#pending.clear();
    };
  }

  /** Sends a request and returns its answer. */
  call<K extends keyof Requests>(
    name: K,
    ...[argument]: Parameters<Requests[K]>
  ): Promise<ReturnType<Requests[K]>> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const id = this.#calls++;
    const call = Promise.withResolvers<unknown>();
    this.#pending.set(id, call);
    this.#worker.postMessage({ id, name, argument } satisfies ToWorker);
    return call.promise as Promise<ReturnType<Requests[K]>>;
  }
}
