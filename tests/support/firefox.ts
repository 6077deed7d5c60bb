/** A page in headless Firefox, controlled through WebDriver BiDi. */
import { findProgram, waitFor } from "./chromium.ts";

/** Settings that tests need: no first-run pages, and WebGPU where Firefox has it behind a switch. */
const PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "browser.aboutwelcome.enabled": false,
  "app.update.enabled": false,
  "dom.webgpu.enabled": true,
  "gfx.webgpu.ignore-blocklist": true,
};

/** Finds Firefox by the variable `FIREFOX` or in `PATH`. Returns null if there is none. */
export function findFirefox(): Promise<string | null> {
  return findProgram("FIREFOX", ["firefox", "firefox-esr"]);
}

/** A reply of BiDi. */
interface Reply {
  id?: number;
  type?: string;
  error?: string;
  message?: string;
  result?: Record<string, unknown>;
}

/** A page with its own browser process. */
export class FirefoxPage {
  readonly #process: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #context = "";
  #sent = 0;

  private constructor(process: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const reply: Reply = JSON.parse(data);
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    };
  }

  /** Starts a browser, opens a URL and waits until the document is loaded. */
  static async open(firefox: string, url: string): Promise<FirefoxPage> {
    const profile = await Deno.makeTempDir({ prefix: "albert-firefox-" });
    const lines = Object.entries(PREFERENCES).map(([name, value]) =>
      `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`
    );
    await Deno.writeTextFile(`${profile}/user.js`, lines.join(""));
    const process = new Deno.Command(firefox, {
      args: ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      env: { MOZ_REMOTE_SETTINGS_DEVTOOLS: "1" },
    }).spawn();
    const server = await waitFor("the browser's port", async () => {
      const text = await Deno.readTextFile(`${profile}/WebDriverBiDiServer.json`).catch(() => "");
      return text === "" ? null : JSON.parse(text) as { ws_host: string; ws_port: number };
    });
    const socket = new WebSocket(`ws://${server.ws_host}:${server.ws_port}/session`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const page = new FirefoxPage(process, profile, socket);
    await page.#send("session.new", { capabilities: {} });
    const { contexts } = await page.#send("browsingContext.getTree", {});
    page.#context = (contexts as { context: string }[])[0].context;
    await page.#send("browsingContext.setViewport", {
      context: page.#context,
      viewport: { width: 1200, height: 860 },
    });
    await page.go(url);
    return page;
  }

  /** Opens a URL, or reloads the page, and waits until the document is loaded. */
  async go(url?: string): Promise<void> {
    const context = this.#context;
    if (url === undefined) {
      await this.#send("browsingContext.reload", { context, wait: "complete" });
    } else await this.#send("browsingContext.navigate", { context, url, wait: "complete" });
  }

  /** Evaluates an expression in the page and awaits its value. */
  async evaluate<T>(expression: string): Promise<T> {
    const { type, result, exceptionDetails } = await this.#send("script.evaluate", {
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value) ?? "null")`,
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (type === "exception") throw new Error(JSON.stringify(exceptionDetails));
    return JSON.parse((result as { value: string }).value);
  }

  /** Evaluates an expression until its value is truthy. Errors count as falsy, since the page may be loading. */
  async until<T>(expression: string): Promise<T> {
    return await waitFor(expression, () => this.evaluate<T | null>(expression).catch(() => null));
  }

  /** Takes a screenshot as a PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#send("browsingContext.captureScreenshot", {
      context: this.#context,
    });
    return Uint8Array.from(atob(data as string), (character) => character.charCodeAt(0));
  }

  /** Closes the browser. */
  async close(): Promise<void> {
    this.#send("browser.close", {}).catch(() => {});
    await this.#process.status;
    this.#socket.close();
    await Deno.remove(this.#profile, { recursive: true });
  }

  async #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#sent;
    const reply = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, result, error, message } = await reply;
    this.#waiting.delete(id);
    if (type === "error") throw new Error(`${method}: ${error}: ${message}`);
    return result!;
  }
}
