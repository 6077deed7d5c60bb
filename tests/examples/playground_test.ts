// The playground of examples/browser in headless Chromium and Firefox.
import { assert, assertEquals } from "@std/assert";
import { loadPretrained, openDevice } from "../../mod.ts";
import type { MaskCandidate } from "../../src/model/mod.ts";
import type { FilledPiece, SavedRun } from "../../examples/browser/protocol.ts";
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

/** Starts a run of the toy text with the page's form. */
async function train(page: BrowserPage, steps: number): Promise<void> {
  await click(page, "#tab-train");
  await fill(page, "#setting-steps", `${steps}`);
  await click(page, "#train");
}

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
    name: `${browser.name} trains on threads, pauses, and continues after a refresh`,
    ignore: browser.path === null,
    fn: () =>
      withPlayground(browser, {}, async (page) => {
        await deviceOf(page);
        assert(await page.evaluate("crossOriginIsolated"));
        assert(
          await page.evaluate("navigator.hardwareConcurrency === 1") ||
            /[2-9]\d* threads/.test(
              await page.evaluate(`document.querySelector("#device").textContent`),
            ),
        );
        await train(page, 60);
        await runWhere(page, ({ points }) => points.length >= 10);
        await click(page, "#pause");
        const paused = await runWhere(page, ({ state }) => state === "paused");
        assert(paused.points.length < 60);
        await page.go();
        await deviceOf(page);
        await click(page, "#tab-train");
        await click(page, "#resume");
        const { points, samples } = await runWhere(page, ({ state }) => state === "finished");
        assertEquals(points.map(({ step }) => step), Array.from({ length: 60 }, (_, i) => i + 1));
        assertEquals(samples.at(-1)!.step, 60);
        assertEquals(points.slice(0, paused.points.length), paused.points);
      }),
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
      await train(page, 20);
      const { points } = await runWhere(page, ({ state }) => state === "finished");
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
