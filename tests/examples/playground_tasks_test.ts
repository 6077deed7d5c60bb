// The main thread of the playground while the worker trains.
import { assert } from "@std/assert";
import type { Page } from "../support/chromium.ts";
import { BROWSERS, click, deviceOf, fill, withPlayground } from "../support/playground.ts";

const [chromium] = BROWSERS;

/** Longest task in milliseconds. The CPU time of the thread counts, because it does not depend on what else the machine does. */
const LIMIT = 50;

Deno.test({
  name: "no task of the main thread is over 50 ms while a model trains and panels change",
  ignore: chromium.path === null,
  fn: () =>
    withPlayground(chromium, {}, async (page) => {
      await deviceOf(page);
      await click(page, "#tab-train");
      await fill(page, "#setting-steps", "80");
      const tasks = await (page as Page).tasks(async () => {
        await click(page, "#train");
        await page.until(`document.querySelector(".u-wrap canvas") !== null`);
        for (const [panel, content] of Object.entries(PANELS)) {
          await click(page, `#tab-${panel}`);
          await page.until(`document.querySelector(${JSON.stringify(content)}) !== null`);
        }
        await page.until(`document.querySelector("#try") !== null`);
      });
      const [{ cpu }] = tasks;
      assert(tasks.length > 100, `${tasks.length} tasks`);
      assert(cpu > 0 && cpu < LIMIT, `the longest task took ${cpu} ms`);
    }),
});

/** What each panel shows. */
const PANELS = {
  fill: ".blanks .candidates li",
  inside: ".embedding-map",
  compare: ".presets",
  use: ".matrix",
  train: "#state",
};
