/**
 * Calls functions of a module that runs in a worker. The module passes its handlers to {@linkcode serve}; another thread starts it with {@linkcode WorkerCall} and
 * calls the handlers by name.
 *
 * @module
 */

/** A function that a worker serves. It receives one argument, and may report values to the caller before it returns. Both must survive a structured clone. */
// deno-lint-ignore no-explicit-any -- the types are those of the module's own functions
type Handler = (argument: any, report: (value: any) => void) => unknown;

/** What a worker serves, by name. */
export type Handlers = Readonly<Record<string, Handler>>;

/** A module to run in a worker. */
export interface WorkerModule<H> {
  /** Names the worker in errors, for instance "batch worker". */
  readonly name: string;
  /** `workerUrl("./x_worker.ts", import.meta.url)` */
  readonly url: URL;
  /**
   * `() => import("./x_worker.ts")`. Never called. It gives the handlers their types, and it makes the module part of the module graph, so that `deno cache`,
   * `deno install` and `--vendor` fetch it: a worker that is known by its URL alone cannot be loaded offline.
   */
  readonly load: () => Promise<{ readonly handlers: H }>;
}

/** Options of a call. */
export interface CallOptions<Report> {
  /** Objects of the argument that move to the worker instead of being copied. */
  readonly transfer?: Transferable[];
  /** Receives what the handler reports before it returns. */
  readonly onReport?: (value: Report) => void;
}

/** What a handler reports. */
type ReportOf<F> = F extends (argument: never, report: (value: infer R) => void) => unknown ? R
  : never;

/** What a call resolves to. */
type ResultOf<F> = F extends (...parameters: never[]) => infer R
  ? Awaited<R> extends Transferred<infer T> ? T : Awaited<R>
  : never;

/** A handler's result whose memory moves to the caller instead of being copied. */
export class Transferred<T> {
  /** The memory of the views. */
  readonly buffers: Transferable[];

  /**
   * @param value The result.
   * @param views Arrays of the result. The worker must not use them afterwards.
   */
  constructor(readonly value: T, views: readonly ArrayBufferView[]) {
    this.buffers = [...new Set(views.map(({ buffer }) => buffer as ArrayBuffer))];
  }
}

type ToWorker =
  | { readonly lock: string }
  | { readonly id: number; readonly handler: string; readonly argument: unknown };

type FromWorker =
  | { readonly ready: boolean }
  | { readonly failure: string }
  | { readonly id: number; readonly report: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: unknown };

/** The part of the Web Locks API that is used here. */
interface Locks {
  request(name: string, options: { signal?: AbortSignal }, held: () => unknown): Promise<unknown>;
}

/** Milliseconds between the end of a worker and the error event that gives the cause. */
const EVENT_DELAY = 50;

interface PendingCall extends PromiseWithResolvers<unknown> {
  readonly onReport?: (value: never) => void;
}

/**
 * A module that runs in a worker. Whatever ends the worker (the module cannot be loaded, throws, exits, or a message cannot be read) rejects all its calls, earlier
 * and later ones, with an error that names the worker and the cause. What a handler throws rejects its own call only, with an error of the same message and, if it is
 * a built-in one, the same class.
 */
export class WorkerCall<H> {
  /** Resolves once the module is loaded. Rejects if the worker fails before that. */
  readonly ready: Promise<void>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingCall>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = new AbortController();
  #failure: Error | null = null;
  #calls = 0;

  /**
   * Starts the worker.
   *
   * @param module What it runs.
   * @throws {Error} where no worker can be created, for instance in an environment without workers; names the worker and the cause.
   */
  constructor({ name, url }: WorkerModule<H>) {
    this.#name = name;
    this.ready = this.#ready.promise;
    this.ready.catch(() => {}); // A caller need not wait for it.
    try {
      this.#worker = new Worker(url, { type: "module", name });
    } catch (error) {
      throw this.#error((error as Error).message);
    }
    const lock = `${name} ${crypto.randomUUID()}`;
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data, lock);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.#fail(causeOf(event.message));
    };
    this.#worker.onmessageerror = () => this.#fail("an answer could not be read");
    this.#post({ lock });
  }

  /** Number of calls that are neither answered nor rejected. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Calls a handler. Calls arrive in order; a handler that returns a promise does not delay the next one.
   *
   * @param handler Its name.
   * @param argument What it receives.
   * @param options What to transfer, and who receives reports.
   * @returns What the handler returns.
   * @throws {Error} what the handler throws, or why the worker failed.
   */
  async call<K extends keyof H & string>(
    handler: K,
    argument: H[K] extends Handler ? Parameters<H[K]>[0] : never,
    { transfer, onReport }: CallOptions<ReportOf<H[K]>> = {},
  ): Promise<ResultOf<H[K]>> {
    if (this.#failure !== null) throw this.#failure;
    const id = this.#calls++;
    this.#post({ id, handler, argument }, transfer);
    const call: PendingCall = { ...Promise.withResolvers<unknown>(), onReport };
    this.#pending.set(id, call);
    return await call.promise as ResultOf<H[K]>;
  }

  /** Ends the worker at once and rejects the calls that are pending. */
  close(): void {
    this.#end(new Error(`The ${this.#name} was closed`));
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker, lock: string): void {
    if ("ready" in message) {
      this.#ready.resolve();
      if (message.ready) this.#watch(lock);
    } else if ("failure" in message) this.#fail(message.failure);
    else {
      const call = this.#pending.get(message.id);
      if ("report" in message) return call?.onReport?.(message.report as never);
      this.#pending.delete(message.id);
      if ("error" in message) call?.reject(message.error);
      else call?.resolve(message.result);
    }
  }

  /** Detects the exit of a worker: no event reports it, but the lock that the worker holds becomes free. */
  async #watch(lock: string): Promise<void> {
    const { signal } = this.#closed;
    try {
      await locks()?.request(lock, { signal }, () => {});
      signal.throwIfAborted();
      const timer = setTimeout(() => this.#fail("it ended before it answered"), EVENT_DELAY);
      signal.addEventListener("abort", () => clearTimeout(timer));
    } catch {
      // Closed meanwhile.
    }
  }

  #fail(cause: string): void {
    this.#end(this.#error(cause));
  }

  #error(cause: string): Error {
    return new Error(`The ${this.#name} failed: ${cause}`);
  }

  #end(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#worker.terminate();
    this.#closed.abort();
    this.#ready.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/**
 * Waits until each of several workers has loaded its module or failed. The runtime prints the errors of modules itself; after this, all of them are printed, so that
 * the error of the command comes last.
 *
 * @param workers workers that are not closed
 * @throws {Error} of the first worker that failed
 */
export async function loaded(
  workers: readonly Pick<WorkerCall<unknown>, "ready">[],
): Promise<void> {
  const ends = await Promise.allSettled(workers.map(({ ready }) => ready));
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/**
 * Serves the calls of a {@linkcode WorkerCall}. A worker module does this once: `export const handlers = serve({ … })`.
 *
 * @param handlers Functions to call by name.
 * @returns The same.
 */
export function serve<H extends Handlers>(handlers: H): H {
  const scope = self as unknown as {
    onmessage: (event: MessageEvent<ToWorker>) => void;
    addEventListener(type: "messageerror", listener: () => void): void;
    postMessage(message: FromWorker, transfer?: Transferable[]): void;
  };
  const answer = async (id: number, run: () => unknown): Promise<void> => {
    try {
      const result = await run();
      if (result instanceof Transferred) {
        scope.postMessage({ id, result: result.value }, result.buffers);
      } else scope.postMessage({ id, result });
    } catch (error) {
      // An object that is not an error may hold what cannot be cloned.
      scope.postMessage({ id, error: error instanceof Error ? error : new Error(`${error}`) });
    }
  };
  scope.onmessage = ({ data }) => {
    if ("lock" in data) {
      const held = locks()?.request(data.lock, {}, () => {
        scope.postMessage({ ready: true });
        return new Promise(() => {}); // The lock is held as long as the worker lives.
      });
      if (held === undefined) scope.postMessage({ ready: false });
    } else {
      const { id, handler, argument } = data;
      const report = (value: unknown) => scope.postMessage({ id, report: value });
      answer(id, () => handlers[handler](argument, report));
    }
  };
  // Deno has no `onmessageerror` in workers.
  scope.addEventListener("messageerror", () => {
    scope.postMessage({ failure: "a request could not be read" });
  });
  return handlers;
}

/**
 * The URL to start a worker from. A worker cannot start from another origin, but may import from one, so a module of another origin is imported by a `data:` URL. npm
 * packages from JSR, and bundles, have JavaScript in place of TypeScript. webpack resolves each `new URL("…", import.meta.url)` while it builds, so it would not find
 * the module there.
 *
 * @param file The module relative to the caller, with the extension `.ts`.
 * @param base The caller's `import.meta.url`.
 * @returns The URL for `new Worker`.
 * @throws {TypeError} in bundles that are not modules, where `import.meta.url` is undefined
 */
export function workerUrl(file: string, base: string): URL {
  const url = new URL(file, base);
  const isSource = new URL(base).pathname.endsWith(".ts");
  const module = isSource ? url : new URL(url.href.replace(/\.ts$/, ".js"));
  if (module.protocol !== "https:" && module.protocol !== "http:") return module;
  if (module.origin === (globalThis as { location?: { origin: string } }).location?.origin) {
    return module;
  }
  return new URL(
    `data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(module.href)};`)}`,
  );
}

function locks(): Locks | undefined {
  return (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
}

/** One line of an error event's message, which may have colors, a stack, and the causes below each other. */
function causeOf(message: string | undefined): string {
  // deno-lint-ignore no-control-regex -- colors are control sequences
  const plain = (message ?? "").replace(/\x1b\[[\d;]*m/g, "").replace(
    /^Uncaught (\(in promise\) )?/,
    "",
  );
  const [first, ...rest] = plain.split(/\n\s+at /)[0].split("\n").map((line) => line.trim());
  const below = rest.filter((line) => !/^[1-9]\d*: /.test(line))
    .map((line) => line.replace(/^0: /, ""));
  return [first, ...below].filter((line) => line !== "").join(" ") || "it reported no cause";
}
