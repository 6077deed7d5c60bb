/**
 * Draws the picture of the playground in the README: the default run on the toy text, in headless Chromium.
 *
 *     deno run -A --config deno.json tests/examples/draw_playground.ts
 */
import type { SavedRun } from "../../examples/browser/protocol.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import type { Page } from "../support/chromium.ts";
import { BROWSERS, click, deviceOf, request, withPlayground } from "../support/playground.ts";

const OUTPUT = `${ROOT}/docs/playground.png`;

await withPlayground(BROWSERS[0], {}, async (browserPage) => {
  const page = browserPage as Page;
  await page.emulate({ width: 1200, height: 1040, reducedMotion: true });
  await deviceOf(page);
  await click(page, "#tab-train");
  await click(page, "#train");
  await page.until(`document.querySelector("#state")?.textContent.includes("Finished")`);
  const [{ points }] = await request<SavedRun[]>(page, "saved", null);
  await new Promise((resolve) => setTimeout(resolve, 500)); // The last curves.
  await Deno.writeFile(OUTPUT, await page.screenshot());
  console.log(`${OUTPUT}: ${points.length} steps in ${points.at(-1)!.seconds.toFixed(1)} s`);
});
