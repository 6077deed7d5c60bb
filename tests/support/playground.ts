/** The playground in a browser, for tests. */
import {
  buildSite,
  type HandlerOptions,
  type Site,
  siteHandler,
} from "../../examples/browser/site.ts";
import { modelSite } from "../../examples/browser/site_model.ts";
import { pretrain } from "../../examples/training_loop.ts";
import { openDevice } from "../../mod.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { findChromium, Page } from "./chromium.ts";
import { findFirefox, FirefoxPage } from "./firefox.ts";

/** What both browsers can do. */
export type BrowserPage = Page | FirefoxPage;

/** A browser of this machine. */
export interface Browser {
  readonly name: "Chromium" | "Firefox";
  /** Null if the browser is not installed. */
  readonly path: string | null;
  open(url: string): Promise<BrowserPage>;
}

const [chromium, firefox] = await Promise.all([findChromium(), findFirefox()]);

/** The browsers to test with. */
export const BROWSERS: readonly Browser[] = [
  { name: "Chromium", path: chromium, open: (url) => Page.open(chromium!, url) },
  { name: "Firefox", path: firefox, open: (url) => FirefoxPage.open(firefox!, url) },
];

let site: Promise<Site> | undefined;

/** The site, which is built once per program. */
export function playgroundSite(): Promise<Site> {
  return site ??= prepareConfig(() => {}).then(({ flags }) => buildSite(flags));
}

/** Options of {@linkcode withPlayground}. */
export interface PlaygroundOptions extends HandlerOptions {
  /** Folder of a model to serve with the site. */
  readonly model?: string;
  /** Files in place of those of the site. */
  readonly files?: Site;
  /** Query and fragment of the address. */
  readonly query?: string;
}

/** Serves the playground, opens it, and waits until it has a device. */
export async function withPlayground(
  browser: Browser,
  { query = "?device=cpu", model, files = new Map(), ...options }: PlaygroundOptions,
  check: (page: BrowserPage) => Promise<void>,
): Promise<void> {
  const models = model === undefined ? [] : await modelSite(model);
  const served = new Map([...await playgroundSite(), ...models, ...files]);
  const server = Deno.serve({ port: 0, onListen() {} }, siteHandler(served, options));
  try {
    const page = await browser.open(`http://localhost:${server.addr.port}/${query}`);
    try {
      await check(page);
    } finally {
      await page.close();
    }
  } finally {
    await server.shutdown();
  }
}

/** Waits until the device is open, and returns its kind. */
export async function deviceOf(page: BrowserPage): Promise<string> {
  return await page.until<string>(`document.querySelector("#device")?.dataset.kind`);
}

/** Sends a request to the page's worker. */
export async function request<T>(page: BrowserPage, name: string, argument: unknown): Promise<T> {
  return await page.evaluate<T>(
    `import("/main.js").then(({ call }) => call(${JSON.stringify(name)}, ${
      JSON.stringify(argument)
    }))`,
  );
}

/** Clicks an element, once it exists and is enabled. */
export async function click(page: BrowserPage, selector: string): Promise<void> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  await page.until(`${element} !== null && !${element}.disabled`);
  await page.evaluate(`void ${element}.click()`);
}

/** Changes a field of a form as a visitor does. */
export async function fill(page: BrowserPage, selector: string, value: string): Promise<void> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  await page.until(`${element} !== null`);
  await page.evaluate(`void (() => {
    const field = ${element};
    field.value = ${JSON.stringify(value)};
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  })()`);
}

/** Size of the vocabulary of {@linkcode writeModel}, so that every piece can be a candidate. */
export const VOCABULARY = 105;

/** Trains a model of the toy text for a few steps, so that its weights differ from the initial ones, and writes it to a folder. */
export async function writeModel(folder: string): Promise<void> {
  const device = await openDevice({ device: "cpu" });
  const text = await Deno.readTextFile(new URL("../../examples/farm.txt", import.meta.url));
  const files = await pretrain(device, { text, vocabSize: VOCABULARY, steps: 30, onLog: () => {} });
  for (const [name, content] of files) await Deno.writeFile(`${folder}/${name}`, content);
  await device.destroy();
}
