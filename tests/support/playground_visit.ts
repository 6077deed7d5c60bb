/** Visits of the playground without a browser: its worker in this process, with files in memory. */
import type { Requests, RunEvent, RunState } from "../../examples/browser/protocol.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../examples/browser/settings.ts";
import { farmText } from "../../examples/browser/texts/farm.ts";

type Name =
  | "open"
  | "evaluate"
  | "start"
  | "pause"
  | "resume"
  | "stop"
  | "remove"
  | "saved"
  | "files";

/** The engine of the worker. */
type Engine = {
  readonly [K in Name]: (
    ...parameters: Parameters<Requests[K]>
  ) => Promise<ReturnType<Requests[K]>>;
};

// Its module is type-checked with the libraries of a browser, so it is imported by a name that the compiler does not follow.
const MODULE = new URL("../../examples/browser/worker/engine.ts", import.meta.url).href;
const { Engine } = await import(MODULE) as {
  Engine: new (report: (event: RunEvent) => void, onProgress: () => void) => Engine;
};

/** Name and number of steps of the run. */
export const RUN = "run", STEPS = 6;

/** The worker of one visit, and what it has reported of its run. */
export class Visit {
  /** All states, with the message of a failure. */
  readonly states: (RunState | `failed: ${string}`)[] = [];
  /** The worker. */
  readonly engine = new Engine((event) => this.#receive(event), () => {});
  /** Number of reported steps. */
  steps = 0;
  /** Called with every event. */
  onEvent: (event: RunEvent) => void = () => {};
  #event = Promise.withResolvers<void>();

  /** Opens the page. */
  static async open(device: "cpu" | "webgpu" = "cpu"): Promise<Visit> {
    const visit = new Visit();
    await visit.engine.open(device);
    return visit;
  }

  /** Starts the run, on the toy text by default. */
  async start(text: string = farmText(), changes: Partial<Settings> = {}): Promise<void> {
    const settings = { ...DEFAULT_SETTINGS, vocabulary: 90, steps: STEPS, ...changes };
    await this.engine.start({ run: RUN, settings, text });
  }

  /** Resolves when the run has a state. */
  async until(state: RunState): Promise<void> {
    while (!this.states.at(-1)?.startsWith(state)) await this.#event.promise;
  }

  #receive(event: RunEvent): void {
    if (event.type === "state") {
      const { state, message } = event;
      this.states.push(state === "failed" ? `${state}: ${message}` : state);
    }
    if (event.type === "metrics") this.steps += event.points.length;
    this.onEvent(event);
    this.#event.resolve();
    this.#event = Promise.withResolvers();
  }
}

/** Registers a test. The device of a worker stays open until the page is closed. */
export function testVisits(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}
