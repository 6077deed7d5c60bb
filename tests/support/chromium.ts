/** A page in headless Chromium, controlled through the DevTools protocol. */

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/** Flags that also enable a software adapter for machines without a GPU. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--remote-debugging-port=0",
];

/** Finds Chromium by the variable `CHROMIUM` or in `PATH`. Returns null if there is none. */
export function findChromium(): Promise<string | null> {
  return findProgram("CHROMIUM", NAMES);
}

/** Finds a program by an environment variable or in `PATH`. Returns null if there is none. */
export async function findProgram(
  variable: string,
  names: readonly string[],
): Promise<string | null> {
  const chosen = Deno.env.get(variable);
  if (chosen) return chosen;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const path of names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return null;
}

/** A reply or an event of DevTools. */
interface Reply {
  id?: number;
  method?: string;
  params?: { readonly value?: unknown };
  error?: { message: string };
  result?: Record<string, unknown>;
}

/** An event of a trace. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of wall time. */
  readonly dur?: number;
  /** Microseconds of CPU time of the thread. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** A task of a page's main thread: milliseconds of wall time and of CPU time. */
export interface Task {
  readonly wall: number;
  readonly cpu: number;
}

/** A page with its own browser process. */
export class Page {
  readonly #process: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #sent = 0;
  #onEvent: (event: Reply) => void = () => {};

  private constructor(process: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const reply: Reply = JSON.parse(data);
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
      else this.#onEvent(reply);
    };
  }

  /** Starts a browser, opens a URL and waits until the document is loaded. */
  static async open(chromium: string, url: string): Promise<Page> {
    const profile = await Deno.makeTempDir({ prefix: "albert-chromium-" });
    const process = new Deno.Command(chromium, {
      args: [...FLAGS, `--user-data-dir=${profile}`, "--window-size=1200,860", url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const [port] = (await waitFor(
      "the browser's port",
      async () => await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => ""),
    )).split("\n");
    const address = await waitFor("the page", async () => {
      const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
      return targets.find((target: { type: string }) => target.type === "page")
        ?.webSocketDebuggerUrl;
    });
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const page = new Page(process, profile, socket);
    await page.until(`location.href !== "about:blank" && document.readyState === "complete"`);
    return page;
  }

  /** Evaluates an expression in the page and awaits its value. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  }

  /** Evaluates an expression until its value is truthy. Errors count as falsy, since the page may be loading. */
  async until<T>(expression: string): Promise<T> {
    return await waitFor(expression, () => this.evaluate<T | null>(expression).catch(() => null));
  }

  /** Opens a URL, or reloads the page, and waits until the document is loaded. */
  async go(url?: string): Promise<void> {
    await this.evaluate("void (globalThis.earlier = true)");
    if (url === undefined) await this.#send("Page.reload", {});
    else await this.#send("Page.navigate", { url });
    await this.until(`globalThis.earlier === undefined && document.readyState === "complete"`);
  }

  /** Shows the page as on a device. */
  async emulate(
    { width, height, dark = false, reducedMotion = false, scale = 1 }: {
      readonly width: number;
      readonly height: number;
      readonly dark?: boolean;
      readonly reducedMotion?: boolean;
      readonly scale?: number;
    },
  ): Promise<void> {
    const size = { width, height, deviceScaleFactor: scale, mobile: width < 600 };
    await this.#send("Emulation.setDeviceMetricsOverride", size);
    const features = [
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: reducedMotion ? "reduce" : "no-preference" },
    ];
    await this.#send("Emulation.setEmulatedMedia", { features });
  }

  /** Drops files or folders of this machine on an element. */
  async drop(selector: string, files: readonly string[]): Promise<void> {
    const { x, y } = await this.evaluate<{ x: number; y: number }>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const { left, top, width, height } = element.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    })()`);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await this.#send("Input.dispatchDragEvent", { type, x, y, data });
    }
  }

  /** Saves downloads in a folder. */
  async downloadTo(folder: string): Promise<void> {
    await this.#send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
  }

  /** Returns the tasks of the page's main thread while an action runs, longest CPU time first. */
  async tasks(action: () => Promise<void>): Promise<Task[]> {
    const events: TraceEvent[] = [];
    const ended = new Promise<void>((resolve) => {
      this.#onEvent = ({ method, params }) => {
        if (method === "Tracing.dataCollected") events.push(...params!.value as TraceEvent[]);
        if (method === "Tracing.tracingComplete") resolve();
      };
    });
    const includedCategories = ["toplevel", "__metadata"];
    await this.#send("Tracing.start", { traceConfig: { includedCategories } });
    await action();
    await this.#send("Tracing.end", {});
    await ended;
    const main = new Set(
      events.filter(({ args }) => args?.name === "CrRendererMain").map(({ pid, tid }) =>
        `${pid} ${tid}`
      ),
    );
    return events
      .filter(({ name, pid, tid }) =>
        name === "ThreadControllerImpl::RunTask" && main.has(`${pid} ${tid}`)
      )
      .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, cpu: tdur / 1000 }))
      .sort((a, b) => b.cpu - a.cpu);
  }

  /** Takes a screenshot as a PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#send("Page.captureScreenshot", { format: "png" });
    return Uint8Array.from(atob(data as string), (character) => character.charCodeAt(0));
  }

  /** Closes the browser. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#send("Browser.close", {}).catch(() => {});
    await closed;
    await this.#process.status;
    await Deno.remove(this.#profile, { recursive: true });
  }

  async #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#sent;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await reply;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result!;
  }
}

/** Polls ten times per second until there is a truthy answer. Throws after ten minutes. */
export async function waitFor<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (let turn = 0; turn < 6000; turn++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Timed out after ten minutes: ${what}`);
}
