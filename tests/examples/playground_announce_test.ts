// What screen readers hear of the playground: starts, ends, errors and rare progress.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type BrowserPage,
  BROWSERS,
  click,
  deviceOf,
  fill,
  withPlayground,
  writeModel,
} from "../support/playground.ts";

const [chromium] = BROWSERS;

/** Records the text of all live regions whenever one changes, also of those that are added later. Progress bars and pictures are not such regions. */
const RECORD = `void (() => {
  globalThis.heard = [];
  const live = "[aria-live], [role=status], [role=alert], [role=log], output";
  new MutationObserver((changes) => {
    const regions = new Set(changes.map(({ target }) =>
      (target.nodeType === 1 ? target : target.parentElement)?.closest(live)));
    for (const region of regions) {
      const text = region?.hidden ? "" : region?.textContent.trim() ?? "";
      if (text !== "") heard.push(text);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})()`;

const heard = (page: BrowserPage) => page.evaluate<string[]>("heard");

Deno.test({
  name: "a run of hundreds of steps is announced a few times, whatever panel is open",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await page.evaluate(RECORD);
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "300");
      await click(page, "#train");
      const texts: Record<string, string> = {
        inside: ".embedding-map",
        fill: ".blanks .candidates li",
        use: ".matrix",
      };
      for (const [panel, content] of Object.entries(texts)) {
        await click(page, `#tab-${panel}`);
        await page.until(`document.querySelector(${JSON.stringify(content)}) !== null`);
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
      await click(page, "#tab-train");
      await page.until(`document.querySelector("#state")?.textContent.includes("Finished")`);
      const all = await heard(page);
      const training = all.filter((text) => /^(Preparing the t|Training)/.test(text));
      assertEquals([training[0], training[1]], [
        "Preparing the training.",
        "Training has started.",
      ]);
      assertEquals(training.at(-1), "Training is finished, step 300 of 300.");
      // Reports have several steps each, so the numbers of the quarters may be a little higher.
      assertEquals(training.slice(2, -1).map((text) => text.slice(0, 15)), [
        ...Array(3).fill("Training, step "),
      ]);
      // The rest are the answers that the panels show first.
      assert(all.length <= training.length + 4, all.join("\n"));
    }),
});

Deno.test({
  name: "a download and what the visitor types are announced once, and an error of a run is",
  ignore: chromium.path === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    await writeModel(folder);
    await withPlayground(chromium, { model: folder }, async (page) => {
      await deviceOf(page);
      await page.evaluate(RECORD);
      await page.until(`document.querySelectorAll(".blanks .candidates li").length > 0`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await page.evaluate("void (heard.length = 0)");
      for (const end of ["", " i", " in", " in the", " in the barn"]) {
        await fill(page, "#sentence", `The [MASK] sleeps${end}.`);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      await page.until("heard.length > 0");
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const [typed, ...others] = await heard(page);
      assertStringIncludes(typed, "Blank 1: ");
      assertEquals(others, []);

      await page.evaluate("void (heard.length = 0)");
      await click(page, "#tab-train");
      await fill(page, "#setting-text", "own");
      await fill(page, "#own-text", "The sun rises.\n\nThe moon sets.");
      await click(page, "#train");
      await page.until(`heard.some((text) => text.startsWith("Training has failed."))`);
      assertEquals((await heard(page)).length, 2, "the start and the error");
    });
    await Deno.remove(folder, { recursive: true });
  },
});
