// The playground of examples/browser in headless Chromium and Firefox.
import { assert, assertEquals } from "@std/assert";
import { loadPretrained, openDevice } from "../../mod.ts";
import type { MaskCandidate } from "../../src/model/mod.ts";
import { encodeLink } from "../../examples/browser/link.ts";
import type {
  FilledPiece,
  MetricPoint,
  SamplePoint,
  SavedRun,
} from "../../examples/browser/protocol.ts";
import { DEFAULT_SETTINGS } from "../../examples/browser/settings.ts";
import type { Site } from "../../examples/browser/site.ts";
import {
  type BrowserPage,
  BROWSERS,
  click,
  deviceOf,
  fill,
  playgroundSite,
  request,
  VOCABULARY,
  withPlayground,
  writeModel,
} from "../support/playground.ts";

const SENTENCE = "At night the cow sleeps in the [MASK].";

const SLOW = Deno.env.get("ALBERT_SLOW") === "1";

for (const { name, path } of BROWSERS) {
  if (path === null) console.log(`${name} not found; its tests of the playground are skipped`);
}

/** Logits of the mask up to a constant, by the id of the piece. */
function logitsOf(candidates: readonly MaskCandidate[]): number[] {
  assertEquals(candidates.length, VOCABULARY);
  return candidates.toSorted((a, b) => a.id - b.id).map(({ probability }) => Math.log(probability));
}

async function checkLogits(page: BrowserPage, folder: string): Promise<void> {
  const device = await openDevice({ device: "cpu" });
  const albert = await loadPretrained(folder, device);
  const [candidates] = await albert.fillMask(SENTENCE, VOCABULARY);
  albert.free();
  await device.destroy();
  await page.until(`document.querySelectorAll(".candidates li").length > 0`);
  const fillRequest = { model: "pretrained", text: SENTENCE, top: VOCABULARY };
  const pieces = await request<FilledPiece[]>(page, "fill", fillRequest);
  const [mask] = pieces.filter(({ candidates }) => candidates !== undefined);
  const [actual, expected] = [logitsOf(mask.candidates!), logitsOf(candidates)];
  const worst = Math.max(...actual.map((x, i) => Math.abs(x - expected[i])));
  assert(worst <= 1e-4, `logits differ by up to ${worst}`);
}

/** Starts a run with the settings of the page's form. */
async function startTraining(page: BrowserPage): Promise<void> {
  await click(page, "#tab-train");
  await click(page, "#train");
}

/** What must be equal, bit for bit. */
interface Outcome {
  readonly points: readonly Omit<MetricPoint, "seconds">[];
  readonly samples: readonly SamplePoint[];
  /** SHA-256 of the weights. */
  readonly weights: string;
}

async function outcomeOf(page: BrowserPage, { run, points, samples }: SavedRun): Promise<Outcome> {
  const weights = await page.evaluate<string>(`import("/main.js").then(async ({ call }) => {
    const weights = (await call("files", ${JSON.stringify(run)})).get("model.safetensors");
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", weights));
    return [...digest].join(" ");
  })`);
  return { points: points.map(({ seconds: _, ...point }) => point), samples, weights };
}

const isFinished = ({ state }: SavedRun) => state === "finished";

/** The run of the page, once a check of it holds. */
async function runWhere(page: BrowserPage, holds: (run: SavedRun) => boolean): Promise<SavedRun> {
  let last: unknown;
  for (let attempt = 0; attempt < 600; attempt++) {
    const [run] = await request<SavedRun[]>(page, "saved", null);
    if (run?.state === "failed") throw new Error("the run failed");
    if (run !== undefined && holds(run)) return run;
    last = run && { state: run.state, steps: run.points.length };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Timed out at ${JSON.stringify(last)}`);
}

for (const browser of BROWSERS) {
  Deno.test({
    name: `${browser.name} computes the same logits as Deno within 1e-4 on the CPU`,
    ignore: browser.path === null,
    async fn() {
      const folder = await Deno.makeTempDir();
      await writeModel(folder);
      await withPlayground(browser, { model: folder }, async (page) => {
        assertEquals(await deviceOf(page), "cpu");
        await checkLogits(page, folder);
      });
      await Deno.remove(folder, { recursive: true });
    },
  });

  Deno.test({
    name: `${browser.name} trains on threads; pausing and refreshing changes no bit of a run`,
    ignore: browser.path === null,
    async fn() {
      const link = encodeLink({ settings: { ...DEFAULT_SETTINGS, steps: 40 }, textHash: null });
      const options = { query: `?device=cpu#${link}` };
      let expected: Outcome;
      await withPlayground(browser, options, async (page) => {
        await deviceOf(page);
        assert(await page.evaluate("crossOriginIsolated"));
        if (await page.evaluate("navigator.hardwareConcurrency > 1")) {
          await page.until(
            `/[2-9]\\d* threads/.test(document.querySelector("#device").textContent)`,
          );
        }
        await startTraining(page);
        expected = await outcomeOf(page, await runWhere(page, isFinished));
      });
      await withPlayground(browser, options, async (page) => {
        await deviceOf(page);
        await startTraining(page);
        await runWhere(page, ({ points }) => points.length >= 8);
        await click(page, "#pause");
        const paused = await runWhere(page, ({ state }) => state === "paused");
        assert(paused.points.length < 40);
        await page.go();
        await deviceOf(page);
        await click(page, "#tab-train");
        await click(page, "#resume");
        await runWhere(page, ({ points }) => points.length > paused.points.length);
        await page.go(); // An interrupted run continues.
        assertEquals(await outcomeOf(page, await runWhere(page, isFinished)), expected);
      });
    },
  });
}

const [chromium] = BROWSERS;

Deno.test({
  name:
    "Chromium computes the same logits as Deno within 1e-4 with WebGPU if available, and trains",
  ignore: chromium.path === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    await writeModel(folder);
    const options = { model: folder, query: "?device=webgpu" };
    await withPlayground(chromium, options, async (page) => {
      const adapter =
        "navigator.gpu?.requestAdapter().then((adapter) => adapter !== null) ?? false";
      if (!await page.evaluate(adapter)) return console.log("the browser has no WebGPU adapter");
      assertEquals(await deviceOf(page), "webgpu");
      await checkLogits(page, folder);
      // A software adapter needs half a minute to compile the kernels of a training step.
      if (!SLOW) return;
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "20");
      await click(page, "#train");
      const { points } = await runWhere(page, isFinished);
      assert(points.at(-1)!.maskedLoss < points[0].maskedLoss);
    });
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("the site is smaller than 1 MB and loads nothing from other hosts", async () => {
  const site = await playgroundSite();
  const bytes = [...site.values()].reduce((sum, { length }) => sum + length, 0);
  assert(bytes < 1_000_000, `${bytes} bytes`);
  for (const name of ["index.html", "style.css", "isolation.js"]) {
    assertEquals(/https?:\/\//.test(new TextDecoder().decode(site.get(name))), false, name);
  }
});

/** The service worker, which needs longer to be installed than a page to be loaded. */
async function slowIsolation(): Promise<Site> {
  const file = "isolation.js";
  const delay =
    `addEventListener("install", (event) => event.waitUntil(new Promise((resolve) => setTimeout(resolve, 2000))));\n`;
  const script = new TextDecoder().decode((await playgroundSite()).get(file));
  return new Map([[file, new TextEncoder().encode(delay + script)]]);
}

Deno.test({
  name: "on a host without headers, a service worker isolates the page, so that threads work",
  ignore: chromium.path === null,
  fn: async () => {
    const options = { isolated: false, files: await slowIsolation() };
    await withPlayground(chromium, options, async (page) => {
      await page.until("crossOriginIsolated");
      assertEquals(await deviceOf(page), "cpu");
      if (await page.evaluate("navigator.hardwareConcurrency === 1")) return;
      const text = await page.evaluate<string>(`document.querySelector("#device").textContent`);
      assert(/[2-9]\d* threads/.test(text), text);
    });
  },
});
