// Accessibility of the playground: axe-core on every panel, in both color schemes, on a desktop and on a phone; messages, and text of other scripts.
import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { SavedRun } from "../../examples/browser/protocol.ts";
import type { Page } from "../support/chromium.ts";
import { BROWSERS, click, deviceOf, fill, request, withPlayground } from "../support/playground.ts";

const [chromium] = BROWSERS;

/** A finding of axe. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly failureSummary: string;
  }[];
}

async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes })))`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`)
  );
}

Deno.test({
  name: "axe finds nothing in the panels of the playground",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (browserPage) => {
      const page = browserPage as Page;
      await deviceOf(page);
      await page.evaluate(`void eval(${JSON.stringify(axe.source)})`);
      await click(page, "#tab-train");
      assertEquals(await violations(page), [], "train, without a run");
      await checkInvalidField(page);
      await fill(page, "#setting-steps", "10");
      await click(page, "#train");
      await page.until(`document.querySelector("#state")?.textContent.includes("Finished")`);
      const [run] = await request<SavedRun[]>(page, "saved", null);
      assertEquals(run.state, "finished");
      await click(page, "#try"); // The models of the panels are that of the run, whose name is long.
      const tabs = await page.evaluate<string[]>(
        `[...document.querySelectorAll("[role=tab]")].map(({ id }) => id)`,
      );
      assertEquals(tabs.length > 0, true);
      for (const tab of tabs) {
        await click(page, `#${tab}`);
        for (const dark of [false, true]) {
          for (const [width, height] of [[1280, 900], [390, 844]]) {
            await page.emulate({ width, height, dark, reducedMotion: true });
            const at = `${tab}, ${width} pixels, dark: ${dark}`;
            assertEquals(await violations(page), [], at);
            await page.until("document.documentElement.scrollWidth <= innerWidth");
          }
        }
      }
      await checkMessages(page);
    }),
});

/** A field that is invalid is shown, although its section is closed. */
async function checkInvalidField(page: Page): Promise<void> {
  await fill(page, "#setting-seed", "-1");
  await click(page, "#train");
  await page.until(`document.activeElement.id === "setting-seed"`);
  await fill(page, "#setting-seed", "42");
}

/** Messages are visible, and stay until the visitor's next action; those of a text, until it changes. */
async function checkMessages(page: Page): Promise<void> {
  const alert = `document.querySelector("[role=alert]")`;
  const answered = `document.querySelectorAll(".candidates li").length > 0`;
  await click(page, "#tab-fill");
  await page.until(answered);
  await fill(page, "#sentence", `[MASK] ${"cow ".repeat(200)}`);
  await page.until(`${alert}.textContent.includes("tokens")`);
  assertEquals(await page.evaluate(answered), false, "guesses of the earlier sentence");
  await fill(page, "#sentence", "القط ينام في [MASK] الكبير");
  await page.until(`${alert}.hidden && ${answered}`);
  const direction = `getComputedStyle(document.querySelector(".words")).direction`;
  assertEquals(await page.evaluate(direction), "rtl");
  await page.evaluate(`void (location.hash = "steps=many")`);
  await page.until(`${alert}.textContent.includes("The link is not valid")`);
  await fill(page, "#sentence", "the [MASK]");
  await page.until(`document.querySelector(".word.blank small") !== null`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert(await page.evaluate(`!${alert}.hidden`), "the message about the link is gone");
  await page.emulate({ width: 390, height: 500, reducedMotion: true });
  await click(page, "#tab-train");
  await page.until(`${alert}.hidden`);
  await fill(page, "#setting-text", "own");
  await click(page, "#train");
  await page.until(`!${alert}.hidden && ${alert}.getBoundingClientRect().top >= 0`);
}
