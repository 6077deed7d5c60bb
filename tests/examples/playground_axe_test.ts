// Accessibility of the playground: axe-core on every panel, in both color schemes, on a desktop and on a phone.
import { assertEquals } from "@std/assert";
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
      await fill(page, "#setting-steps", "10");
      await click(page, "#train");
      await page.until(`document.querySelector("#state")?.textContent.includes("Finished")`);
      const [run] = await request<SavedRun[]>(page, "saved", null);
      assertEquals(run.state, "finished");
      const tabs = await page.evaluate<string[]>(
        `[...document.querySelectorAll("[role=tab]")].map(({ id }) => id)`,
      );
      assertEquals(tabs.length > 0, true);
      for (const tab of tabs) {
        await click(page, `#${tab}`);
        for (const dark of [false, true]) {
          for (const [width, height] of [[1280, 900], [390, 844]]) {
            await page.emulate({ width, height, dark, reducedMotion: true });
            assertEquals(await violations(page), [], `${tab}, ${width} pixels, dark: ${dark}`);
          }
        }
      }
    }),
});
